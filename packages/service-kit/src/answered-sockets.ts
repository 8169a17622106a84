import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Says of a socket, on which a request broke, whether that request was answered before: by its head alone, as one whose path
 * is too long. A second answer would be taken for that of another request.
 */
export function answeredSockets(server: Server): (socket: Duplex) => boolean {
  const newest = new WeakMap<Duplex, ServerResponse<IncomingMessage>>();
  server.on('request', (request, response) => newest.set(request.socket, response));
  return (socket) => {
    const response = newest.get(socket);
    // Behind a request that came whole, on a connection that is kept, a next one broke: that has no answer yet.
    return response?.headersSent === true && !(response.req.complete && response.shouldKeepAlive);
  };
}
