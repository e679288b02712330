import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { createCsr, nameOf, toPem } from '../x509.ts';

/** A new EC P-256 key, PKCS #8 PEM. It never leaves this machine. */
export function newPrivateKey(): string {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey;
}

/** A signing request for that key, PEM. */
export function signingRequest(deviceId: string, privateKeyPem: string): string {
  const key = createPrivateKey(privateKeyPem);
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return toPem('CERTIFICATE REQUEST', createCsr(nameOf(deviceId), spki, key));
}

/** What tells keys apart: the public half, base64. */
export function publicKeyOf(privateKeyPem: string): string {
  return createPublicKey(privateKeyPem).export({ type: 'spki', format: 'der' }).toString('base64');
}

export function publicKeyOfCertificate(certificatePem: string): string {
  return new X509Certificate(certificatePem).publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}
