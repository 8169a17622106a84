import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failureIn, requestTo, testEgress } from '../test/requests.ts';
import { addressesOf, dnsResolver, type ResolveName } from './resolve-name.ts';

const typeA = 1;
const serverFailure = 2;
const noSuchName = 3;

/** What the server says to one type of question: records' data, a response code, or nothing at all. */
type Reply = readonly Buffer[] | number | null;

/** A DNS server on the loopback (RFC 1035 section 4) that answers every question of a type alike; a resolver asking it. */
async function resolverOf(a: Reply, aaaa: Reply): Promise<ResolveName> {
  const server = createSocket('udp4');
  server.on('message', (query, peer) => {
    const endOfName = query.indexOf(0, 12) + 1;
    const type = query.readUInt16BE(endOfName);
    const reply = type === typeA ? a : aaaa;
    if (reply !== null) server.send(answerTo(query.subarray(0, endOfName + 4), type, reply), peer.port, peer.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return dnsResolver([`127.0.0.1:${server.address().port}`]);
}

function answerTo(question: Buffer, type: number, reply: readonly Buffer[] | number): Buffer {
  const records = typeof reply === 'number' ? [] : reply;
  const header = Buffer.alloc(12);
  question.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (typeof reply === 'number' ? reply : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  const answers = records.map((data) => {
    const fixed = Buffer.alloc(12);
    fixed.writeUInt16BE(0xc00c, 0);
    fixed.writeUInt16BE(type, 2);
    fixed.writeUInt16BE(1, 4);
    fixed.writeUInt32BE(60, 6);
    fixed.writeUInt16BE(data.byteLength, 10);
    return Buffer.concat([fixed, data]);
  });
  return Buffer.concat([header, question.subarray(12), ...answers]);
}

const v4 = Buffer.from([8, 8, 4, 4]);
const v6 = Buffer.from('26064700470000000000000000001111', 'hex');

/** Answers questions for A with an alias and the address of what it stands for (RFC 1034 section 3.6.2). */
async function resolverWithAlias(address: Buffer): Promise<ResolveName> {
  const server = createSocket('udp4');
  server.on('message', (query, peer) => {
    const endOfName = query.indexOf(0, 12) + 1;
    const question = query.subarray(0, endOfName + 4);
    if (query.readUInt16BE(endOfName) !== typeA) return server.send(answerTo(question, 0, []), peer.port, peer.address);
    const target = Buffer.from('\x05inner\x07example\x03com\x00', 'latin1');
    const alias = Buffer.concat([Buffer.from('c00c000500010000003c', 'hex'), Buffer.from([0, target.length]), target]);
    const record = Buffer.concat([target, Buffer.from('000100010000003c0004', 'hex'), address]);
    const empty = answerTo(question, typeA, []);
    empty.writeUInt16BE(2, 6);
    return server.send(Buffer.concat([empty, alias, record]), peer.port, peer.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return dnsResolver([`127.0.0.1:${server.address().port}`]);
}

describe('an alias', () => {
  it('of something inside is refused, whatever its own name is (S-D5)', async () => {
    const resolve = await resolverWithAlias(Buffer.from([10, 0, 0, 7]));
    expect(await addressesOf('api.example.com', resolve)).toEqual(['10.0.0.7']);
    const outcome = await testEgress({ resolve }).send(requestTo('https://api.example.com/'));
    expect(failureIn(outcome)).toMatchObject({ kind: 'denied', sent: false, reason: 'address_not_public' });
    expect(JSON.stringify(outcome)).not.toContain('10.0.0.7');
  });

  it('of something public is followed', async () => {
    expect(await addressesOf('api.example.com', await resolverWithAlias(v4))).toEqual(['8.8.4.4']);
  });
});

describe('resolution by DNS', () => {
  it('asks for both families', async () => {
    const resolve = await resolverOf([v4], [v6]);
    expect(await resolve('api.example.com')).toEqual([
      { address: '8.8.4.4', family: 4 },
      { address: '2606:4700:4700::1111', family: 6 },
    ]);
    expect(await addressesOf('api.example.com', resolve)).toEqual(['8.8.4.4', '2606:4700:4700::1111']);
  });

  it.each([
    ['there is no AAAA', [v4], [], ['8.8.4.4']],
    ['there is no A', [], [v6], ['2606:4700:4700::1111']],
    ['AAAA fails', [v4], serverFailure, ['8.8.4.4']],
  ])('is content with one family when %s', async (_what, a, aaaa, expected) => {
    expect(await addressesOf('api.example.com', await resolverOf(a, aaaa))).toEqual(expected);
  });

  it.each([
    ['the name does not exist', noSuchName, noSuchName, 'dns_not_found'],
    ['the name has neither', [], [], 'dns_not_found'],
    ['the server fails', serverFailure, serverFailure, 'dns_failed'],
    ['the server fails for one and knows none of the other', [], serverFailure, 'dns_failed'],
    ['the server is silent (S-D17)', null, null, 'dns_timeout'],
  ])('gives a reason when %s', async (_what, a, aaaa, reason) => {
    expect(await addressesOf('api.example.com', await resolverOf(a, aaaa))).toBe(reason);
  });

  it('drops answers that are the same address', async () => {
    expect(
      await addressesOf('x', async () => [
        { address: '2606:4700:4700:0::1111', family: 6 },
        { address: '2606:4700:4700::1111', family: 6 },
      ]),
    ).toEqual(['2606:4700:4700::1111']);
  });
});
