// Comfort only: every page does all its work without this file.

function offerToShow(input) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small";
  button.textContent = input.dataset.show;
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.textContent = shown ? input.dataset.show : input.dataset.hide;
    button.setAttribute("aria-pressed", String(!shown));
  });
  input.form.addEventListener("submit", () => {
    input.type = "password";
  });
  input.after(button);
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.querySelectorAll("input[data-show]").forEach(offerToShow);

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
});
