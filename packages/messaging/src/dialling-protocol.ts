import { ProtocolHandler } from '@nats-io/nats-core/internal';
import { errors } from '@nats-io/transport-node';

/**
 * The client's own protocol, but a connection that ends while it is being made ends the try. The client waits for a server's answer until
 * its time limit is over, also when the connection it was to come on is gone: a server that was killed just after it had greeted us
 * kept a service from NATS for twenty seconds.
 */
export class DiallingProtocol extends ProtocolHandler {
  override async disconnected(error?: Error): Promise<void> {
    // Set from the beginning of a try until it is there, or has failed.
    const giveUpTry = this.connectError;
    if (giveUpTry === undefined) await super.disconnected(error);
    else giveUpTry(error ?? new errors.ConnectionError('the connection ended while it was being made'));
  }
}
