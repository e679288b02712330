/** The errors of Amazon Location and their HTTP codes, as its service model gives them. */
import { type ApiReply, refusal } from '../http.ts';

const STATUS = {
  AccessDeniedException: 403,
  ConflictException: 409,
  InternalServerException: 500,
  ResourceNotFoundException: 404,
  ServiceQuotaExceededException: 402,
  ThrottlingException: 429,
  ValidationException: 400,
} as const;

/** A member of a request that is at fault. */
export interface Fault {
  readonly name: string;
  readonly message: string;
}

/** A request that is answered with an error; everything else that throws is a bug of ours. */
export class LocationError extends Error {
  override readonly name: keyof typeof STATUS;
  readonly detail: object;

  constructor(name: keyof typeof STATUS, message: string, detail: object = {}) {
    super(message);
    this.name = name;
    this.detail = detail;
  }

  reply(): ApiReply {
    return refusal(STATUS[this.name], this.name, this.message, this.detail);
  }
}

type Reason = 'Missing' | 'CannotParse' | 'FieldValidationFailed' | 'Other';

export function invalid(message: string, reason: Reason = 'Other', fieldList: readonly Fault[] = []): LocationError {
  return new LocationError('ValidationException', message, { reason, fieldList });
}

export function trackerNotFound(name: string): LocationError {
  return new LocationError('ResourceNotFoundException', `Tracker not found: ${name}.`);
}
