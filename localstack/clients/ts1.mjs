// node ts1.mjs URL TOKEN TOOL JSON: the TypeScript client 1.x lists the tools and calls one.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { report } from './report.mjs';

await report(process.argv.slice(2), async ([url, token]) => {
  const client = new Client({ name: 'ts1', version: '1.32.2' });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { Authorization: `Bearer ${token}` } },
  });
  await client.connect(transport);
  return { client, protocol: transport.protocolVersion };
});
