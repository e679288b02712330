/** The errors of CloudWatch, with the codes of its query protocol that SDKs still map (service model, `awsQueryCompatible`). */
const CODES = {
  InvalidNextToken: 'InvalidNextToken',
  InvalidParameterValueException: 'InvalidParameterValue',
  InvalidParameterCombinationException: 'InvalidParameterCombination',
  MissingRequiredParameterException: 'MissingParameter',
  SerializationException: 'SerializationException',
  UnknownOperationException: 'InvalidAction',
  /** GetMetricData has no name in the model for what is wrong with its queries; this is one of the errors common to all actions. */
  ValidationError: 'ValidationError',
} as const;

/** A request that is answered with an error, 400; everything else that throws is a bug of ours. */
export class CloudWatchError extends Error {
  readonly type: keyof typeof CODES;

  constructor(type: keyof typeof CODES, message: string) {
    super(message);
    this.type = type;
  }

  get code(): string {
    return CODES[this.type];
  }
}

export function invalid(message: string): CloudWatchError {
  return new CloudWatchError('ValidationError', message);
}
