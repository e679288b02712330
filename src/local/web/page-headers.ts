/** What every answer of the map page carries for the browser's protection, from the stand-in and from CloudFront alike. */

/** Origins that the page may ask besides its own. */
export interface Elsewhere {
  /** Of requests: the query API, a map's tiles. */
  readonly connect?: readonly string[];
  readonly images?: readonly string[];
}

/** Nothing from elsewhere unless it is named, nothing inline; the map library's worker comes from its own file. */
export function contentSecurityPolicy({ connect = [], images = [] }: Elsewhere = {}): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    // The hash is that of nothing: MUI's styles go into empty elements, through the CSSOM.
    "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    ["img-src 'self' data: blob:", ...images].join(' '),
    "font-src 'self'",
    ["connect-src 'self'", ...connect].join(' '),
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export function pageHeaders(elsewhere?: Elsewhere): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy(elsewhere),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  };
}
