"""Why residual? Seven questions: predict, run the experiment live, and see what may be claimed; and a net to operate on."""

from explorer.tell import questions
from explorer.web import pieces
from explorer.web.asked import asked
from explorer.web.sections import surgery, why_residual

pieces.stylesheet(why_residual.STYLE)
key = asked("Which question?", questions.EXPERIMENTS, "experiment", label_visibility="collapsed")
if key == surgery.KEY:
    surgery.show()
else:
    why_residual.show(key)
