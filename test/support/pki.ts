import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as never);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

export interface Identity {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  readonly ca: string;
  /** For `localhost` and 127.0.0.1, unless other names are given. */
  server(names?: x509.JsonGeneralNames): Promise<Identity>;
  device(id: string, valid?: { notBefore: Date; notAfter: Date }): Promise<Identity>;
}

/** A certificate authority for one test, from a library that the program itself does not use. */
export async function testAuthority(name = 'test authority'): Promise<Authority> {
  const keys = await generateKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    ...validity(),
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });

  async function issue(
    commonName: string,
    extensions: x509.Extension[],
    { notBefore, notAfter } = validity(),
  ): Promise<Identity> {
    const own = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${commonName}`,
      issuer: root.subject,
      notBefore,
      notAfter,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions,
    });
    const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', own.privateKey);
    return { cert: certificate.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
  }

  return {
    ca: root.toString('pem'),
    server: (
      names = [
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ],
    ) => issue('broker', [new x509.SubjectAlternativeNameExtension(names)]),
    device: (id, valid) => issue(id, [], valid),
  };
}

function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}
