// Live events for one person: a stream that mends itself and says when something may have been missed.

const SLOWEST_RETRY_MS = 8000;

/**
 * Opens the event stream. `onEvent` gets each event; the first, after every connection too, is {type: "opened", version}, by
 * which one knows whether something was missed. `onStatus` gets true (live) or false (down). Returns {opened: Promise, close()}.
 */
export function openStream(me, { onEvent, onStatus }) {
  let source = null;
  let retry = null;
  let wait = 500;
  let settle;
  const opened = new Promise((resolve) => (settle = resolve));

  function connect() {
    source = new EventSource(`/page/events?as=${encodeURIComponent(me)}`);
    source.onopen = () => {
      wait = 500;
      onStatus(true);
    };
    source.onmessage = ({ data }) => {
      onEvent(JSON.parse(data));
      settle();
    };
    source.onerror = () => {
      onStatus(false);
      settle();
      source.close();
      retry = setTimeout(connect, wait);
      wait = Math.min(wait * 2, SLOWEST_RETRY_MS);
    };
  }

  connect();
  return {
    opened,
    close() {
      clearTimeout(retry);
      source.close();
    },
  };
}
