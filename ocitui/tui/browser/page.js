// Keys go to the terminal from the first on: textual.js leaves it to a click.
addEventListener("load", () => document.querySelector(".xterm-helper-textarea").focus());
