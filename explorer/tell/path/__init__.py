"""“Explain it to me”: ten steps for somebody who never saw a convolution; their texts, and what each figure shows."""
