// Live events for one person: a stream that mends itself and says when something may have been missed.

const SLOWEST_RETRY_MS = 8000;

/**
 * Opens the event stream. `onEvent` gets each event; `onGap` is called after every reconnection, since what happened
 * meanwhile must be read again; `onStatus` gets true (live) or false (down). Returns {opened: Promise, close()}.
 */
export function openStream(me, { onEvent, onGap, onStatus }) {
  let source = null;
  let retry = null;
  let wait = 500;
  let lived = false;
  let settle;
  const opened = new Promise((resolve) => (settle = resolve));

  function connect() {
    source = new EventSource(`/page/events?as=${encodeURIComponent(me)}`);
    source.onopen = () => {
      wait = 500;
      onStatus(true);
      if (lived) onGap();
      lived = true;
      settle();
    };
    source.onmessage = ({ data }) => onEvent(JSON.parse(data));
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
