// Asking the sandbox: JSON in, JSON out, and a fault restated as one sentence to show.

/** What went wrong, as a sentence for the person at the screen. */
class Fault extends Error {}

async function answerTo(path, options) {
  const response = await fetch(path, options).catch(() => null);
  if (!response) throw new Fault("The sandbox cannot be reached. Is it still running?");
  return { status: response.status, answer: (await response.json().catch(() => null)) ?? {} };
}

async function ask(path, options) {
  const { status, answer } = await answerTo(path, options);
  if (status < 300 && answer.ok !== false) return answer;
  throw new Fault(answer.error ?? `The sandbox answered ${status}.`);
}

const json = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export function get(path, query = {}) {
  const known = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  return ask(`/page/${path}?${new URLSearchParams(known)}`, { cache: "no-store" });
}

export function post(path, body) {
  return ask(`/page/${path}`, json(body));
}

/** The sandbox as one person sees it and acts in it. */
export function actingAs(me) {
  return {
    get: (path, query) => get(path, { as: me, ...query }),
    post: (path, body) => post(path, { as: me, ...body }),
    /** Submits a view. Errors by field are an answer, not a fault. */
    async submit(viewId, values) {
      const { status, answer } = await answerTo("/page/submit", json({ as: me, view_id: viewId, values }));
      if (answer.ok || answer.errors) return answer;
      throw new Fault(answer.error ?? `The sandbox answered ${status}.`);
    },
  };
}
