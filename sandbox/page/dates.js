// Dates as a reader in this browser's time zone says them.

/** A way to write dates, made when it is first needed: making one takes longer than drawing a message. */
function format(options) {
  let made = null;
  return { format: (moment) => (made ??= new Intl.DateTimeFormat("en-GB", options)).format(moment) };
}

const TIME = format({ hour: "2-digit", minute: "2-digit" });
const SECONDS = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const SHORT = format({ day: "numeric", month: "short", year: "numeric" });
const PLAIN = format({ day: "numeric", month: "long", year: "numeric" });
const LONG = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const DAY = format({ weekday: "long", day: "numeric", month: "long" });

let skew = 0;
/** The sandbox may run on a clock of its own: what it says now is, now is. */
export function setNow(epoch) {
  skew = epoch - Date.now() / 1000;
}
export const now = () => Date.now() / 1000 + skew;

const date = (epoch) => new Date(epoch * 1000);
export const clockTime = (epoch) => TIME.format(date(epoch));
export const fullTime = (epoch) => `${LONG.format(date(epoch))}, ${SECONDS.format(date(epoch))}`;
/** The reader's day as 2026-01-21. */
export function dayKey(epoch) {
  const moment = date(epoch);
  const two = (number) => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

function nearDay(epoch) {
  const days = { [dayKey(now())]: "Today", [dayKey(now() - 86400)]: "Yesterday", [dayKey(now() + 86400)]: "Tomorrow" };
  return days[dayKey(epoch)];
}

export const dayName = (epoch) => nearDay(epoch) ?? DAY.format(date(epoch));

/** "3 minutes ago", "in 2 hours": how far from now, in its largest unit. */
export function ago(epoch) {
  const off = epoch - now();
  const [unit, size] = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]].find(([, length]) => Math.abs(off) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" }).format(Math.trunc(off / size), unit);
}

const pretty = (plain) => (epoch) => nearDay(epoch)?.toLowerCase() ?? plain.format(date(epoch));
const TOKENS = {
  date_num: (epoch) => dayKey(epoch),
  date_slash: (epoch) => dayKey(epoch).replaceAll("-", "/"),
  date: (epoch) => PLAIN.format(date(epoch)),
  date_short: (epoch) => SHORT.format(date(epoch)),
  date_long: (epoch) => LONG.format(date(epoch)),
  date_pretty: pretty(PLAIN),
  date_short_pretty: pretty(SHORT),
  date_long_pretty: pretty(LONG),
  day_divider_pretty: dayName,
  time: clockTime,
  time_secs: (epoch) => SECONDS.format(date(epoch)),
  ago,
};

/** A date template such as "{date_short} at {time}" filled in; an unknown token stays as written. */
export function fillDate(template, epoch) {
  return template.replace(/\{(\w+)\}/g, (whole, token) => TOKENS[token]?.(epoch) ?? whole);
}

/** Keeps every "… ago" on the page true. */
export function keepAgesTrue() {
  setInterval(() => {
    for (const node of document.querySelectorAll("time[data-template*='{ago}']")) {
      node.textContent = fillDate(node.dataset.template, Number(node.dataset.epoch));
    }
  }, 15000);
}
