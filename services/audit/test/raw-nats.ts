import { createPrivateKey, sign } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';

/** Publishes one message with a reply subject of the caller's choosing, which the project's own client never does. */
export async function publishRaw(
  url: string,
  seed: string,
  message: { subject: string; reply: string; payload: string },
): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setEncoding('utf8');
  let received = '';
  socket.on('data', (text: string) => {
    received += text;
  });
  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(received);
      if (match !== null) return match;
      if (received.includes('-ERR')) throw new Error(`nats-server refused: ${received}`);
      await once(socket, 'data');
    }
  };
  try {
    const info = JSON.parse((await until(/INFO (\{.*\}) *\r\n/))[1] as string) as { nonce: string };
    const pair = keyPairOf(seed);
    const signature = sign(null, Buffer.from(info.nonce), pair.privateKey).toString('base64url');
    socket.write(
      `CONNECT ${JSON.stringify({ verbose: false, pedantic: false, protocol: 1, headers: true, lang: 'test', version: '0', nkey: pair.publicKey, sig: signature })}\r\n`,
    );
    socket.write(
      `PUB ${message.subject} ${message.reply} ${Buffer.byteLength(message.payload)}\r\n${message.payload}\r\nPING\r\n`,
    );
    await until(/PONG/);
    if (received.includes('-ERR')) throw new Error(`nats-server refused: ${received}`);
  } finally {
    socket.destroy();
  }
}

/** An NKey user seed is base 32 of two prefix bytes, the Ed25519 seed and a checksum; the public key is spelled alike. */
function keyPairOf(seed: string) {
  const raw = decodeBase32(seed.trim()).subarray(2, 34);
  const privateKey = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), raw]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicRaw = Buffer.from(privateKey.export({ format: 'jwk' }).x as string, 'base64url');
  const body = Buffer.concat([Buffer.from([20 << 3]), publicRaw]);
  const checksum = Buffer.alloc(2);
  checksum.writeUInt16LE(crc16(body));
  return { privateKey, publicKey: encodeBase32(Buffer.concat([body, checksum])) };
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function decodeBase32(text: string): Buffer {
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

function encodeBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}

/** CRC-16/XMODEM. */
function crc16(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc & 0x8000) !== 0 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}
