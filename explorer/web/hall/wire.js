// Questions to the server beside Streamlit. A refusal is an error with the server's sentence and `status`; none: nobody answered.

export async function ask(url, { method = "GET", body = undefined, token = "", signal = undefined } = {}) {
  const headers = { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  const answer = await fetch(url, { method, headers, signal, cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body) });
  const told = await answer.json();
  if (answer.ok) return told;
  throw Object.assign(new Error(told.error ?? "The server has refused this."), { status: answer.status });
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Grows from half a second to five: a hall of phones must not come back all at once.
export const patience = (failures) => Math.min(5000, 500 * 2 ** failures) * (0.7 + 0.6 * Math.random());

// A place that forgets nothing while the browser lets it: where storage is refused, this page's memory.
export function keeper(name) {
  const memory = {};
  const read = () => {
    try { return { ...JSON.parse(localStorage.getItem(name) ?? "{}"), ...memory }; } catch { return memory; }
  };
  return { read, write(values) {
    const all = { ...read(), ...values };
    try { localStorage.setItem(name, JSON.stringify(all)); } catch { Object.assign(memory, values); }
  } };
}
