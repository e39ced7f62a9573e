import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is wrong with the vendor; each is looked at when a request comes. */
export interface SmyooFaults {
  /** Sessions opened so far are over. */
  sessionsOver?: boolean;
  /** No session is good, not even a new one. */
  noSessions?: boolean;
  silent?: boolean;
  /** Answers with a page, as a proxy or a login portal does. */
  html?: boolean;
  /** Answers with this text. */
  text?: string;
  status?: number;
}

/** The vendor's API on loopback: one account, some cards, of which `broken` cannot be switched. */
export async function startFakeSmyoo(port = 0) {
  const faults: SmyooFaults = {};
  const account = { phone: '13800000000', password: 'secret' };
  const cards = [
    { mcuid: 'id-1', mcuname: 'pc-01', note: '前台', isonline: 1, status: 0 },
    { mcuid: 'id-2', mcuname: 'card-2', note: 'pc-02', isonline: 0, status: 1 },
    { mcuid: 'broken', mcuname: 'pc-03', note: '', isonline: 1, status: 0 },
  ];
  /** Paths asked for, with the fields that came. */
  const requests: { path: string; fields: Record<string, unknown> }[] = [];
  const sessions = new Set<string>();
  let opened = 0;
  let changedAt = 1;

  function answer(path: string, fields: Record<string, unknown>, cookie: string): object {
    const refuse = (resultCode: number, resultMsg: string) => ({ resultCode, resultMsg, data: {} });
    const good = (data: object) => ({ resultCode: 0, resultMsg: 'ok', data });
    if (path === '/v1/account/synloginopen') {
      const isRight = fields.phone === account.phone && fields.password === account.password;
      return isRight ? good({ ticket: 'ticket-1' }) : refuse(-10242504, 'wrong password');
    }
    if (path === '/api/gfriend/synloginticket') {
      if (fields.ticket !== 'ticket-1') return refuse(-1, 'bad ticket');
      const id = `HJY_${++opened}`;
      sessions.add(id);
      return good({ BpeSessionId: id });
    }
    if (faults.sessionsOver) sessions.clear();
    faults.sessionsOver = false;
    const [, session = ''] = /BpeSessionId=(\S+)/.exec(cookie) ?? [];
    if (faults.noSessions || !sessions.has(session)) return refuse(-10297010, 'session over');
    if (path === '/api/gfriend/statuschanged') return good({ deviceupdatetime: String(changedAt) });
    if (path === '/api/gfriend/querydevices') {
      const mcuinfos = cards.map(({ status, ...card }) => ({
        ...card,
        datapoint: JSON.stringify({ status }),
      }));
      return good({ mcuinfos: JSON.stringify(mcuinfos) });
    }
    const card = cards.find(({ mcuid }) => mcuid === fields.mcuid);
    if (path !== '/api/gfriend/setdevicedata' || !card) return refuse(-2, 'no such thing');
    if (card.mcuid === 'broken') return refuse(-3, 'device does not answer');
    card.status = JSON.parse(String(fields.datapoint)).status;
    changedAt += 1;
    return good({});
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += chunk;
    const fields = JSON.parse(text) as Record<string, unknown>;
    const path = request.url ?? '';
    requests.push({ path, fields });
    if (faults.silent) return;
    if (faults.html) {
      response.setHeader('content-type', 'text/html').end('<html>Please log in</html>');
      return;
    }
    response.statusCode = faults.status ?? 200;
    const body = faults.text ?? JSON.stringify(answer(path, fields, request.headers.cookie ?? ''));
    response.setHeader('content-type', 'application/json').end(body);
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    account,
    cards,
    faults,
    requests,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
