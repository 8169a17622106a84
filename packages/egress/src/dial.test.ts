import { describe, expect, it } from 'vitest';
import { reasonAfterSending, reasonBeforeSending } from './classify-error.ts';
import { isCheckedPeer, peerAddressChanged } from './dial.ts';
import { isPublicAddress } from './public-address.ts';

describe('the check of the peer after the connect', () => {
  const mayReach = isPublicAddress;

  it.each([
    ['8.8.8.8', '8.8.8.8'],
    ['2606:4700:4700::1111', '2606:4700:4700:0:0:0:0:1111'],
  ])('is content with %s', (address, remoteAddress) => {
    expect(isCheckedPeer({ remoteAddress }, { address, mayReach })).toBe(true);
  });

  it.each([
    ['8.8.8.8', '8.8.4.4'],
    ['8.8.8.8', '10.0.0.1'],
    ['10.0.0.1', '10.0.0.1'],
    ['8.8.8.8', '::ffff:8.8.8.8'],
    ['8.8.8.8', undefined],
  ])('dialled to %s, is not content with %s', (address, remoteAddress) => {
    expect(isCheckedPeer({ remoteAddress }, { address, mayReach })).toBe(false);
  });
});

describe('the meaning of errors', () => {
  it.each([
    [peerAddressChanged, 'peer_address_changed'],
    ['UND_ERR_CONNECT_TIMEOUT', 'connect_timeout'],
    ['UND_ERR_INVALID_ARG', 'request_invalid'],
    ['UND_ERR_CLOSED', 'egress_closed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_failed'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_failed'],
    ['EHOSTUNREACH', 'connect_failed'],
    ['SOMETHING_NEW', 'connect_failed'],
  ])('%s before sending is %s', (code, reason) => {
    expect(reasonBeforeSending(Object.assign(new Error(), { code }))).toBe(reason);
  });

  it('is a lost connection for anything unexpected after sending', () => {
    expect(reasonAfterSending(new Error('?'), false)).toBe('connection_closed');
    expect(reasonAfterSending('?', true)).toBe('body_cut');
  });
});
