// The text beside a button, into the clipboard.

export async function copy(button) {
  const text = button.previousElementSibling.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyTheOldWay(text, button); // a page that is not served over https has no clipboard
  }
  const words = (button.dataset.words ??= button.textContent);
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = words), 1200);
}

function copyTheOldWay(text, button) {
  const area = Object.assign(document.createElement("textarea"), { value: text, style: "position: fixed; opacity: 0" });
  button.after(area); // inside the card, which is on top of everything else
  area.select();
  document.execCommand("copy");
  area.remove();
}
