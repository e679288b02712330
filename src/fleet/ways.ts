/** How devices come by their certificates: four calls each, signed here by the fleet's own authority, or asked for over MQTT. */
export const WAYS = ['calls', 'own-authority', 'claims'] as const;
export type Way = (typeof WAYS)[number];

/** From here on four calls a device take minutes at the default quotas of AWS IoT, and an own authority takes none. */
export const MANY_DEVICES = 1000;
