/**
 * Calls per second that AWS IoT allows an account and Region by default. From Service Quotas where `limits-iot.md`
 * (2019) does not say otherwise; a quota can be raised, and is then found out by being less careful.
 */
export const AWS_CALLS_PER_SECOND: Readonly<Record<string, number>> = {
  AttachPolicy: 15,
  AttachThingPrincipal: 100,
  // CONNECT packets: 500 in the largest Regions, 100 elsewhere.
  Connect: 100,
  CreateCertificateFromCsr: 15,
  CreatePolicy: 10,
  CreateThing: 100,
  CreateThingType: 15,
  DeleteCertificate: 10,
  DeletePolicy: 10,
  DeleteThing: 100,
  DeleteThingType: 15,
  DeprecateThingType: 15,
  DeleteCACertificate: 10,
  DescribeCACertificate: 10,
  DescribeCertificate: 10,
  DescribeThing: 350,
  DescribeThingType: 10,
  DetachPolicy: 15,
  DetachThingPrincipal: 100,
  GetPolicy: 10,
  GetRegistrationCode: 10,
  ListAttachedPolicies: 15,
  ListCertificates: 10,
  ListCertificatesByCA: 10,
  ListPrincipalThings: 10,
  ListTargetsForPolicy: 10,
  ListThings: 10,
  RegisterCACertificate: 10,
  RegisterThing: 10,
  UpdateCACertificate: 10,
  UpdateCertificate: 10,
};

/** How many calls a second an operation may be made; undefined: as fast as they are answered. */
export type CallsPerSecond = (operation: string) => number | undefined;

/** Four fifths of what AWS allows: others use the account too. The cautious 8 where nothing is documented. */
export const awsCallsPerSecond: CallsPerSecond = (operation) => 0.8 * (AWS_CALLS_PER_SECOND[operation] ?? 10);
