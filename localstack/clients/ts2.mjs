// node ts2.mjs auto|legacy|modern URL TOKEN TOOL JSON: the TypeScript client 2.x lists the tools
// and calls one. `modern` accepts 2026-07-28 and nothing else.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { report } from './report.mjs';

const modes = { auto: 'auto', legacy: 'legacy', modern: { pin: '2026-07-28' } };

await report(process.argv.slice(2), async ([mode, url, token]) => {
  if (!(mode in modes)) {
    throw new Error(`mode is auto, legacy or modern, not ${mode}`);
  }
  const client = new Client(
    { name: 'ts2', version: '2.4.0' },
    { versionNegotiation: { mode: modes[mode] } },
  );
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { Authorization: `Bearer ${token}` } },
  });
  await client.connect(transport);
  return { client, protocol: client.getNegotiatedProtocolVersion?.() ?? transport.protocolVersion };
});
