// node oauth.mjs JSON: the TypeScript client 2.x with nothing but a URL. It finds out where to log in,
// registers, logs in and makes the calls it is told to; whatever it is asked to log in for again, it does.
// JSON: {url, mode: auto|legacy|modern, dpop, clientMetadataUrl, calls: [{tool, arguments}]}.
// Prints {tools, results, steps, logins}: each HTTP exchange and each authorization request, without secrets.
import {
  Client,
  DpopSession,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { browse } from './browser.mjs';

const { url, mode = 'auto', dpop, clientMetadataUrl, calls } = JSON.parse(process.argv[2]);
const redirect = 'http://127.0.0.1:33418/callback';
const modes = { auto: 'auto', legacy: 'legacy', modern: { pin: '2026-07-28' } };
/** A login may be asked for again and again; a person would give up. */
const patience = 4;

const steps = [];
const logins = [];

/** RFC 9470, section 4: what the challenge asks for goes into the next authorization request. */
let stepUp = {};

async function recorded(input, init) {
  const response = await fetch(input, init);
  const at = new URL(input.url ?? input);
  const challenge = response.headers.get('www-authenticate') ?? undefined;
  steps.push({
    method: init?.method ?? 'GET',
    at: `${at.origin}${at.pathname}`,
    scheme: new Headers(init?.headers).get('authorization')?.split(' ')[0],
    status: response.status,
    challenge,
    body: challenge ? await response.clone().json() : undefined,
  });
  if (challenge?.includes('insufficient_user_authentication')) {
    stepUp = {
      acr_values: /acr_values="([^"]*)"/.exec(challenge)?.[1],
      max_age: /max_age="?([0-9]+)/.exec(challenge)?.[1],
    };
  }
  return response;
}

const kept = {};
const session = dpop ? await DpopSession.create() : undefined;
const provider = {
  redirectUrl: redirect,
  clientMetadata: {
    client_name: 'oauth test',
    redirect_uris: [redirect],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  clientMetadataUrl,
  clientInformation: () => kept.client,
  saveClientInformation: (client) => void (kept.client = client),
  tokens: () => kept.tokens,
  saveTokens: (tokens) => void (kept.tokens = tokens),
  codeVerifier: () => kept.verifier,
  saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
  discoveryState: () => kept.discovery,
  saveDiscoveryState: (state) => void (kept.discovery = state),
  invalidateCredentials() {},
  state: () => crypto.randomUUID(),
  redirectToAuthorization(to) {
    for (const [name, value] of Object.entries(stepUp)) {
      if (value !== undefined) {
        to.searchParams.set(name, value);
      }
    }
    if (stepUp.acr_values) {
      // how somebody logs in is a matter of OpenID
      to.searchParams.set('scope', `openid ${to.searchParams.get('scope')}`);
    }
    kept.pending = to;
  },
  ...(session ? { dpop: () => session } : {}),
};

let client;
let transport;

async function connect() {
  client = new Client(
    { name: 'oauth', version: '2.4.0' },
    { versionNegotiation: { mode: modes[mode] } },
  );
  transport = new StreamableHTTPClientTransport(new URL(url), {
    authProvider: provider,
    fetch: recorded,
  });
  await client.connect(transport);
}

/** Does it, and logs in as often as that takes. */
async function authorized(action) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || !kept.pending || attempt === patience) {
        throw error;
      }
      const asked = kept.pending;
      kept.pending = undefined;
      const callback = await browse(asked, redirect);
      logins.push({
        at: `${asked.origin}${asked.pathname}`,
        ...Object.fromEntries(
          ['client_id', 'scope', 'resource', 'code_challenge_method', 'acr_values', 'max_age'].map(
            (name) => [name, asked.searchParams.get(name) ?? undefined],
          ),
        ),
        iss: callback.get('iss'),
        error: callback.get('error') ?? undefined,
      });
      await transport.finishAuth(callback);
    }
  }
}

try {
  await authorized(connect);
  const { tools } = await authorized(() => client.listTools());
  const results = [];
  for (const { tool, arguments: given } of calls) {
    results.push(await authorized(() => client.callTool({ name: tool, arguments: given })));
  }
  process.stdout.write(
    `${JSON.stringify({ tools: tools.map(({ name }) => name), results, steps, logins })}\n`,
  );
  await client.close();
} catch (error) {
  process.stdout.write(
    `${JSON.stringify({ error: { name: error.name, code: error.code, message: error.message }, steps, logins })}\n`,
  );
  process.exitCode = 1;
}
