/** Checks of a request against the service model, compiled once per shape. The SDKs check hardly anything themselves. */
import { type Fault, invalid } from './errors.ts';
import { SHAPES, type Shape } from './model.ts';
import { parseTimestamp } from './timestamps.ts';

type Check = (value: unknown, path: string, faults: Fault[]) => void;

const compiled = new Map<string, Check>();

/** @throws LocationError (ValidationException) that lists every member at fault. */
export function validate(shapeName: string, input: unknown): void {
  const faults: Fault[] = [];
  checkOf(shapeName)(input, '', faults);
  if (faults.length === 0) return;
  const missing = faults.every(({ message }) => message === MISSING);
  const text = faults.map(({ name, message }) => `${name} ${message}`).join('; ');
  throw invalid(
    `${faults.length} validation error${faults.length > 1 ? 's' : ''} detected: ${text}`,
    missing ? 'Missing' : 'FieldValidationFailed',
    faults,
  );
}

const MISSING = 'is missing';

function checkOf(name: string): Check {
  let check = compiled.get(name);
  if (!check) {
    check = compile(SHAPES[name]!);
    compiled.set(name, check);
  }
  return check;
}

function compile(shape: Shape): Check {
  switch (shape.type) {
    case 'structure':
      return structure(shape);
    case 'list':
      return list(shape);
    case 'map':
      return map(shape);
    case 'string':
      return text(shape);
    case 'integer':
    case 'double':
      return number(shape);
    case 'boolean':
      return (value, path, faults) => {
        if (typeof value !== 'boolean') faults.push({ name: path, message: 'must be true or false' });
      };
    case 'timestamp':
      return (value, path, faults) => {
        if (parseTimestamp(value) === undefined)
          faults.push({ name: path, message: 'must be a timestamp (YYYY-MM-DDThh:mm:ss.sssZ)' });
      };
  }
}

type Of<T extends Shape['type']> = Extract<Shape, { type: T }>;

function structure({ members, required = [] }: Of<'structure'>): Check {
  const checks = Object.entries(members).map(
    ([name, shape]) => [name, checkOf(shape), required.includes(name)] as const,
  );
  return (value, path, faults) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      faults.push({ name: path || 'The body', message: 'must be an object' });
      return;
    }
    for (const [name, check, needed] of checks) {
      const member = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
      const at = path === '' ? name : `${path}.${name}`;
      // JSON null is absence to AWS.
      if (member !== undefined && member !== null) check(member, at, faults);
      else if (needed) faults.push({ name: at, message: MISSING });
    }
  };
}

function list({ member, min = 0, max = Number.POSITIVE_INFINITY }: Of<'list'>): Check {
  const check = checkOf(member);
  return (value, path, faults) => {
    if (!Array.isArray(value)) faults.push({ name: path, message: 'must be a list' });
    else if (value.length < min || value.length > max)
      faults.push({ name: path, message: `must have ${between(min, max)} members, not ${value.length}` });
    else for (let i = 0; i < value.length; i++) check(value[i], `${path}[${i}]`, faults);
  };
}

function map({ key, value: valueShape, min = 0, max = Number.POSITIVE_INFINITY }: Of<'map'>): Check {
  const checkKey = checkOf(key);
  const checkValue = checkOf(valueShape);
  return (value, path, faults) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      faults.push({ name: path, message: 'must be an object' });
      return;
    }
    const entries = Object.entries(value);
    if (entries.length < min || entries.length > max) {
      faults.push({ name: path, message: `must have ${between(min, max)} pairs, not ${entries.length}` });
      return;
    }
    for (const [name, of] of entries) {
      checkKey(name, `${path} key`, faults);
      checkValue(of, `${path}.${name.slice(0, 50)}`, faults);
    }
  };
}

function text({ min = 0, max = Number.POSITIVE_INFINITY, pattern, enum: values }: Of<'string'>): Check {
  const matcher = pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`, 'u');
  return (value, path, faults) => {
    if (typeof value !== 'string') faults.push({ name: path, message: 'must be a string' });
    // Characters, not UTF-16 units; the shorter count decides most cases without counting.
    else if (value.length < min || (value.length > max && [...value.slice(0, 2 * max + 1)].length > max))
      faults.push({ name: path, message: `must have ${between(min, max)} characters` });
    else if (matcher && !matcher.test(value)) faults.push({ name: path, message: `must match ${pattern}` });
    else if (values && !values.includes(value))
      faults.push({ name: path, message: `must be one of ${values.join(', ')}` });
  };
}

function number({
  type,
  min = Number.NEGATIVE_INFINITY,
  max = Number.POSITIVE_INFINITY,
}: Of<'integer' | 'double'>): Check {
  return (value, path, faults) => {
    if (typeof value !== 'number' || !(type === 'integer' ? Number.isInteger(value) : Number.isFinite(value)))
      faults.push({ name: path, message: type === 'integer' ? 'must be a whole number' : 'must be a number' });
    else if (value < min || value > max) faults.push({ name: path, message: `must be ${between(min, max)}` });
  };
}

function between(min: number, max: number): string {
  return max === Number.POSITIVE_INFINITY ? `at least ${min}` : `${min} to ${max}`;
}
