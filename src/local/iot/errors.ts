/** The errors of the IoT control plane and their HTTP codes, as its service model gives them. */
const STATUS = {
  CertificateConflictException: 409,
  CertificateStateException: 406,
  CertificateValidationException: 400,
  ConflictingResourceUpdateException: 409,
  DeleteConflictException: 409,
  InternalFailureException: 500,
  InvalidRequestException: 400,
  LimitExceededException: 410,
  MalformedPolicyException: 400,
  RegistrationCodeValidationException: 400,
  ResourceAlreadyExistsException: 409,
  ResourceNotFoundException: 404,
  SqlParseException: 400,
  ThrottlingException: 400,
  UnauthorizedException: 401,
  VersionConflictException: 409,
} as const;

export type IotErrorName = keyof typeof STATUS;

/** A request that is answered with an error; everything else that throws is a bug of ours. */
export class IotError extends Error {
  override readonly name: IotErrorName;
  readonly status: number;
  /** Further members of the answer, such as `resourceArn`. */
  readonly detail: Readonly<Record<string, string>>;

  constructor(name: IotErrorName, message: string, detail: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = name;
    this.status = STATUS[name];
    this.detail = detail;
  }
}

export function invalid(message: string): IotError {
  return new IotError('InvalidRequestException', message);
}

export function notFound(what: string, name: string): IotError {
  return new IotError('ResourceNotFoundException', `${what} ${name} not found`);
}
