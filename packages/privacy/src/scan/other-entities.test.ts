import { describe, expect, it, test } from 'vitest';
import { detect } from '../detect.ts';

const found = (text: string, label?: string) =>
  detect(text, { label }).map(({ entity, start, end }) => `${entity}: ${text.slice(start, end)}`);

/** Put together here, so that nobody's scanner takes the test for a leak. */
const letters = 'aB3dE6gH9kL2mN5pQ8rS1tU4vW7xY0zA2bC4';
const key = (prefix: string) => prefix + letters;

describe('secrets', () => {
  test.each(['ghp_', 'xoxb-', 'sk_live_', 'sk-proj-', 'AIza', 'npm_', 'glpat-', 'hf_'])(
    'finds a key that begins with %s',
    (prefix) => {
      expect(found(`use ${key(prefix)} for it`)).toEqual([`secret: ${key(prefix)}`]);
    },
  );

  it('finds an access key of AWS, a JWT, and a private key even when it was cut off', () => {
    const aws = `AKIA${'IOSFODNN7EXAMPLE'}`;
    const jwt = `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')}.${Buffer.from('{"sub":"1234567890"}').toString('base64url')}.c2lnbmF0dXJl`;
    const pem = `-----BEGIN RSA ${'PRIVATE KEY-----'}\nMIIB\n-----END RSA ${'PRIVATE KEY-----'}`;
    expect(found(`${aws} ${jwt}`)).toEqual([`secret: ${aws}`, `secret: ${jwt}`]);
    expect(found(`a\n${pem}\nb`)).toEqual([`secret: ${pem}`]);
    expect(found(`a ${pem.slice(0, 40)}`)).toEqual([`secret: ${pem.slice(0, 40)}`]);
  });

  it('finds what is called a password, in a text and in a field', () => {
    expect(found('password: hunter2hunter2, bye')).toEqual(['secret: hunter2hunter2']);
    expect(found('the password is hunter2hunter2')).toEqual(['secret: hunter2hunter2']);
    expect(found('{"api_key":"a1b2c3d4e5f6"}')).toEqual(['secret: a1b2c3d4e5f6']);
    expect(found('correcthorsebattery', 'user password')).toEqual(['secret: correcthorsebattery']);
    expect(found('Reset your password now, then sign in.', 'body')).toEqual([]);
  });

  it('finds credentials in a URL and nothing in one without', () => {
    expect(found('postgres://app:s3cret@db.example.com:5432/x')).toEqual(['url_credentials: app:s3cret']);
    expect(found('https://example.com:8443/@jo')).toEqual([]);
  });
});

describe('dates of birth', () => {
  test.each(['10/23/1951', '1951-10-23', '23.10.1951', 'October 23, 1951', '23rd of October 1951'])(
    'finds %s where somebody is born',
    (date) => {
      expect(found(`She was born on ${date}.`)).toEqual([`date_of_birth: ${date}`]);
      expect(found(`The meeting is on ${date}.`)).toEqual([]);
    },
  );
});

describe('details of cards', () => {
  it('finds a security code and an expiry by the words before them', () => {
    expect(found('exp 04/29, cvv: 771')).toEqual(['card_expiry: 04/29', 'card_security_code: 771']);
    expect(found('{"cvc":"771","expiry":"04/2029"}')).toEqual(['card_security_code: 771', 'card_expiry: 04/2029']);
    expect(found('room 771 until 04/29')).toEqual([]);
  });
});

describe('addresses, as far as it goes', () => {
  test.each([
    '221B Baker Street',
    '1600 North Main St Apt 4',
    '12 rue de la Paix',
    'Via Roma 5',
    'Hauptstraße 12',
    'P.O. Box 123',
  ])('finds %s', (address) => {
    expect(found(`Send it to ${address}, please.`)).toEqual([`street_address: ${address}`]);
  });

  test.each(['3 Big Ideas', 'we wait 5 minutes', 'page 12 of the book', 'Halfway 5 times'])(
    'finds none in "%s"',
    (text) => {
      expect(found(text)).toEqual([]);
    },
  );
});

describe('other alphabets', () => {
  it('reads full-width and Arabic digits', () => {
    expect(found('card ４０１２８８８８８８８８１８８１')).toEqual(['credit_card: ４０１２８８８８８８８８１８８１']);
    expect(found('SSN ٥٣٦-٢٢-٨٧٢٦')).toEqual(['us_ssn: ٥٣٦-٢٢-٨٧٢٦']);
  });
});
