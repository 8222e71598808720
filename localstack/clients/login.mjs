// node login.mjs URL: goes through a login as a browser would and ends at the client's own address.
import { browse } from './browser.mjs';

const start = new URL(process.argv[2]);
const redirect = start.searchParams.get('redirect_uri');
const callback = new URL(redirect);
callback.search = await browse(start, redirect);
const { status } = await fetch(callback);
process.stdout.write(`${status}\n`);
process.exitCode = status === 200 ? 0 : 1;
