import { describe, expect, it } from 'vitest';
import { parseBroker } from '../../src/transports/broker-address.ts';

describe('parseBroker', () => {
  it.each([
    ['mqtt://localhost', { host: 'localhost', port: 1883, tls: false }],
    ['mqtt://10.0.0.1:1884', { host: '10.0.0.1', port: 1884, tls: false }],
    ['mqtts://broker.example', { host: 'broker.example', port: 8883, tls: true }],
    ['mqtts://[::1]:1/', { host: '::1', port: 1, tls: true }],
    ['mqtt://u:p%3A@h', { host: 'h', port: 1883, tls: false, username: 'u', password: 'p:' }],
  ])('reads %s', (text, broker) => {
    expect(parseBroker(text)).toEqual(broker);
  });

  it.each([
    [undefined, 'needs a broker'],
    ['localhost:1883', 'must begin with'],
    ['http://localhost', 'must begin with'],
    ['mqtt://', 'names no host'],
    ['not a url', 'no URL'],
    ['mqtt://h:1883/topic', '/topic has no meaning'],
    ['mqtt://u:secret@h:99999', 'no URL'],
  ])('refuses %s', (text, message) => {
    expect(() => parseBroker(text)).toThrow(message);
    expect(() => parseBroker(text)).not.toThrow('secret');
  });
});
