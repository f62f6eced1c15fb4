// Requests to our own server. A reply is a page like any other; what we need of it is taken out.

/** What came back: the page's status, title, main content and the problems it names. */
async function read(response) {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const links = [...page.querySelectorAll(".govuk-error-summary__list a")];
  return {
    status: response.status,
    title: page.title,
    main: page.querySelector("main"),
    problems: links.map((link) => ({
      href: link.getAttribute("href"),
      text: link.textContent.trim(),
    })),
  };
}

/** Posts the fields of a form, or null when there is no connection. */
export async function post(address, fields) {
  try {
    const response = await fetch(address, {
      method: "POST",
      body: new URLSearchParams(fields),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
    return await read(response);
  } catch {
    return null;
  }
}

const WAITS = [2, 5, 10, 20, 30];

/**
 * Posts until a page comes back that is no passing failure. The attempt in the fields makes sure
 * that sending twice counts once.
 */
export async function postUntilAnswered(address, fields, onWaiting) {
  for (let tries = 0; ; tries += 1) {
    const reply = await post(address, fields);
    if (reply && reply.status < 500) return reply;
    onWaiting();
    await wait(WAITS[Math.min(tries, WAITS.length - 1)]);
  }
}

function wait(seconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, seconds * 1000);
    function done() {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    }
    window.addEventListener("online", done);
  });
}
