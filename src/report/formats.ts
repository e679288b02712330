/** By themselves, so that the command's help loads nothing else. */
export const FORMATS = ['html', 'json', 'csv', 'hdr', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];
