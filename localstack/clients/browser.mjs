// A browser in a few lines: follows redirects with cookies until they lead to the client, and does not go
// there. Where a page asks something, the answer is yes, and the user's name.

/**
 * @param start URL of an authorization request
 * @param redirect where the client waits for its code
 * @param user who logs in, where that is asked
 * @return the parameters that the client would get
 */
export async function browse(start, redirect, user = 'ada') {
  const cookies = new Map();
  let url = new URL(start);
  let form;
  for (let step = 0; step < 12; step++) {
    if (`${url.origin}${url.pathname}` === redirect) {
      return url.searchParams;
    }
    const response = await fetch(url, {
      redirect: 'manual',
      method: form ? 'POST' : 'GET',
      body: form,
      headers: {
        Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
    });
    form = undefined;
    for (const cookie of response.headers.getSetCookie()) {
      const [name, value] = cookie.split(';')[0].split(/=(.*)/s);
      cookies.set(name, value);
    }
    if (response.headers.has('location')) {
      url = new URL(response.headers.get('location'), url);
      continue;
    }
    const page = await response.text();
    const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1];
    if (!action) {
      throw new Error(`${response.status} of ${url.origin}${url.pathname} leads nowhere: ${page.slice(0, 300)}`);
    }
    form = new URLSearchParams({ user, answer: 'yes' });
    for (const [, name, value] of page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) {
      form.set(name, value);
    }
    url = new URL(action, url);
  }
  throw new Error('the redirects do not end');
}
