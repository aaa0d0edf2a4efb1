// Passkeys need a script: it asks the browser, puts the answer into the form and sends it. Without
// one, or where the browser has no passkeys, the page says what else to do.

function bytes(text) {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(padded), (char) => char.charCodeAt(0));
}

function text(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function named(list) {
  return (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}

function asked(options) {
  const known = { ...options, challenge: bytes(options.challenge) };
  if (options.user) known.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) known.allowCredentials = named(options.allowCredentials);
  if (options.excludeCredentials) known.excludeCredentials = named(options.excludeCredentials);
  return known;
}

function answer(credential) {
  const response = { clientDataJSON: text(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    const value = credential.response[name];
    if (value) response[name] = text(value);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: {},
    response,
  });
}

async function challenge(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const login = document.querySelector("input[name=login]:not([type=hidden])");
  if (login && form.elements.login) form.elements.login.value = login.value;
  const reply = await fetch(form.dataset.ask, { method: "POST", body: new FormData(form) });
  if (!reply.ok) throw new Error(`answered ${reply.status}`);
  return JSON.parse((await reply.json()).options);
}

async function perform(form) {
  const publicKey = asked(await challenge(form));
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey })
      : await navigator.credentials.get({ publicKey });
  form.elements.passkey.value = answer(credential);
  form.submit();
}

function failed(form) {
  const word = document.getElementById(form.dataset.failed);
  word.hidden = false;
  word.focus();
}

function offer(form) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    document.getElementById(form.dataset.failed).hidden = true;
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    perform(form)
      .catch(() => failed(form))
      .finally(() => {
        button.disabled = false;
      });
  });
}

if (window.PublicKeyCredential && navigator.credentials) {
  document.querySelectorAll("form[data-passkey]").forEach(offer);
  document.querySelectorAll("[data-without-passkeys]").forEach((word) => {
    word.hidden = true;
  });
}

document.querySelectorAll("button[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
