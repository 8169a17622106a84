import websocket from '@fastify/websocket';
import { LiveClientMessage, liveCloseCodes, toErrorBody } from '@patchbay/contracts';
import { nameOf } from '@patchbay/identity';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { refusal } from '../http/problem.ts';
import type { OpenSessions } from '../operations/open-sessions.ts';
import type { LiveHub } from './live-hub.ts';
import { defaultSocketLimits, LiveSocket, type SocketLimits } from './live-socket.ts';
import { closings, type HeldSocket, type LiveSockets } from './live-sockets.ts';
import { admitUpgrade, enterSocket, type LiveAccess, type SocketDoor, tenantNamed } from './socket-access.ts';

export interface LiveDoorPorts extends SocketDoor {
  readonly hub: LiveHub;
  readonly sockets: LiveSockets;
  readonly sessions: OpenSessions;
  readonly limits?: SocketLimits;
  readonly onFailure: (error: unknown, requestId: string) => void;
}

/** Bytes of a client's message at most, here and on any socket of the server. */
const maxMessageBytes = 16_384;
const maxFrameBytes = 65_536;
/** Milliseconds in which a stranger has to bring a key. */
const strangerMs = 5_000;
const closeMs = 1_000;

/** Subprotocols that sockets of the gateway speak. */
export type Subprotocols = readonly string[];

/** Sockets on the server, whoever serves them: to be opened before what does. */
export async function openSockets(app: FastifyInstance, protocols: Subprotocols): Promise<void> {
  await app.register(websocket, {
    errorHandler: (_error, socket) => socket.terminate(),
    preClose: function endSockets(done) {
      // Those that do not answer the close must not keep the server.
      for (const socket of this.websocketServer.clients) {
        socket.close(1_001, 'the gateway ends; come again');
        setTimeout(() => socket.terminate(), closeMs).unref();
      }
      this.websocketServer.close();
      done();
    },
    options: {
      maxPayload: maxFrameBytes,
      perMessageDeflate: false,
      // A key that is offered as one is never answered with.
      handleProtocols: (offered: Set<string>) => protocols.find((one) => offered.has(one)) ?? false,
    },
  });
}

/** `/v1/live`: a tenant's events over WebSocket. */
export function openLiveDoor(app: FastifyInstance, ports: LiveDoorPorts): void {
  const entered = new WeakMap<FastifyRequest, LiveAccess>();
  app.route({
    method: 'GET',
    url: '/v1/live',
    async preValidation(request) {
      if (!request.ws) return;
      const access = await admitUpgrade(ports, 'live', request);
      if (access !== null) entered.set(request, access);
    },
    handler(_request, reply) {
      const { headers, body } = refusal(426, 'Upgrade Required', reply.getHeader('x-request-id') as string);
      return reply
        .code(426)
        .headers({ ...headers, upgrade: 'websocket' })
        .send(body);
    },
    wsHandler(socket, request) {
      new Visit(socket, request, entered.get(request) ?? null, ports);
    },
  });
}

/** One socket, from a stranger, or somebody known, to its end. */
class Visit implements HeldSocket {
  readonly #socket: WebSocket;
  readonly #request: FastifyRequest;
  readonly #ports: LiveDoorPorts;
  #live: LiveSocket | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Messages are taken one after another. */
  #taken: Promise<void> = Promise.resolve();
  #waiting = 0;
  #endSession = () => {};

  constructor(socket: WebSocket, request: FastifyRequest, access: LiveAccess | null, ports: LiveDoorPorts) {
    this.#socket = socket;
    this.#request = request;
    this.#ports = ports;
    ports.sockets.hold(this, access === null ? null : nameOf(access.principal));
    socket.on('pong', () => this.#live?.alive());
    socket.on('message', (data, isBinary) => this.#hear(data as Buffer, isBinary));
    socket.on('close', () => this.#closed());
    if (access !== null) this.#enter(access);
    else this.#timer = setTimeout(() => this.end(...closings.noKey), strangerMs).unref();
  }

  look(): void {
    this.#live?.look();
  }

  end(code: number, reason: string): void {
    if (this.#live !== null) return this.#live.end(code, reason);
    this.#socket.close(code, reason);
    setTimeout(() => this.#socket.terminate(), closeMs).unref();
  }

  #hear(data: Buffer, isBinary: boolean): void {
    if (isBinary || data.length > maxMessageBytes) return this.end(1_009, 'text of 16 KiB at most');
    if (++this.#waiting > (this.#ports.limits ?? defaultSocketLimits).burst)
      return this.end(liveCloseCodes.tooMany, 'too many messages');
    const text = data.toString('utf8');
    this.#taken = this.#taken
      .then(() => (this.#live === null ? this.#introduce(text) : this.#live.receive(text)))
      .catch((error: unknown) => {
        this.#ports.onFailure(error, 'live');
        this.end(1_011, 'internal');
      })
      .finally(() => {
        this.#waiting--;
      });
  }

  async #introduce(text: string): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const message = readMessage(text);
    if (message?.kind !== 'authenticate') return this.end(...closings.noKey);
    try {
      const access = await enterSocket(this.#ports, 'live', message.key, message.tenant ?? tenantNamed(this.#request));
      if (!this.#ports.sockets.hasRoom(nameOf(access.principal))) return this.end(...closings.noRoom);
      if (this.#socket.readyState === this.#socket.OPEN) this.#enter(access);
    } catch (error) {
      const { code } = toErrorBody(error);
      if (code === 'internal') throw error;
      if (code === 'not_authenticated') return this.end(...closings.noKey);
      this.end(code === 'rate_limited' ? liveCloseCodes.tooMany : liveCloseCodes.notPermitted, code);
    }
  }

  #enter(access: LiveAccess): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const { hub, sockets, sessions, limits = defaultSocketLimits, onFailure, onRefused } = this.#ports;
    sockets.hold(this, nameOf(access.principal));
    this.#live = new LiveSocket(this.#socket, access, {
      hub,
      limits,
      onFailure: (error) => onFailure(error, 'live'),
      onRefused: (topic, error) => onRefused?.({ ...access, operation: `live ${topic}`, error }),
    });
    const session = sessions.open(access.principal, () => this.end(...closings.keyEnded), 'live');
    this.#endSession = () => session.close();
    // Its key may have ended during the upgrade, when no socket could be closed yet.
    if (this.#socket.readyState !== this.#socket.OPEN) this.#closed();
  }

  #closed(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#live?.closed();
    this.#endSession();
    this.#ports.sockets.release(this);
  }
}

function readMessage(text: string): LiveClientMessage | null {
  try {
    return LiveClientMessage.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
