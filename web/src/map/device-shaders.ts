/** How a device looks: a disc with a nose where it is heading, a plain disc while it stands, a ring when it is stale. */

export const VERTEX_SHADER = `#version 300 es
precision highp float;
in vec2 a_from;
in vec2 a_to;
in vec2 a_glide;
in float a_heading;
in float a_sample;
in float a_speed;
in float a_tracker;
uniform mat4 u_matrix;
uniform float u_now;
uniform float u_stale;
uniform float u_radius;
uniform float u_bearing;
uniform float u_tracker;
uniform float u_faded;
uniform float u_noses;
uniform float u_selected;
out vec2 v_turn;
out float v_extent;
out float v_radius;
out float v_nose;
out float v_kind;
out float v_opacity;

void main() {
  float span = a_glide.y - a_glide.x;
  float part = span > 0.0 ? clamp((u_now - a_glide.x) / span, 0.0, 1.0) : 1.0;
  gl_Position = u_matrix * vec4(mix(a_from, a_to, part), 0.0, 1.0);
  bool stale = a_sample < u_stale;
  bool moving = a_speed >= 0.5;
  bool faded = u_selected < 0.5 && u_tracker >= 0.0 && a_tracker != u_tracker;
  v_kind = stale ? 2.0 : moving ? 0.0 : 1.0;
  v_nose = moving && !stale && a_heading >= 0.0 ? max(u_noses, u_selected) : 0.0;
  v_opacity = faded ? u_faded : 1.0;
  v_radius = u_radius * (u_selected > 0.5 ? 1.5 : moving && !stale ? 1.0 : 0.85);
  float turn = radians(a_heading - u_bearing);
  v_turn = vec2(sin(turn), cos(turn));
  v_extent = v_radius * (1.9 + u_selected) + 3.0;
  gl_PointSize = 2.0 * v_extent;
}
`;

export const FRAGMENT_SHADER = `#version 300 es
precision highp float;
in vec2 v_turn;
in float v_extent;
in float v_radius;
in float v_nose;
in float v_kind;
in float v_opacity;
uniform vec3 u_moving;
uniform vec3 u_standing;
uniform vec3 u_stale_colour;
uniform vec3 u_halo;
uniform float u_selected;
out vec4 colour;

// Pixels from the edge of the shape, negative inside; p.y points where the device is heading.
float shape(vec2 p) {
  float disc = length(p) - v_radius;
  if (v_nose < 0.5) return disc;
  // A cone whose sides touch the disc, its tip 1.75 radii ahead.
  const float ny = 1.0 / 1.75;
  const float nx = 0.82065;
  float cone = max(abs(p.x) * nx + p.y * ny - v_radius, ny * v_radius - p.y);
  return min(disc, cone);
}

void main() {
  vec2 p = (gl_PointCoord * 2.0 - 1.0) * v_extent;
  p.y = -p.y;
  vec2 ahead = vec2(p.x * v_turn.y - p.y * v_turn.x, p.x * v_turn.x + p.y * v_turn.y);
  float d = shape(ahead);
  vec3 fill = v_kind < 0.5 ? u_moving : v_kind < 1.5 ? u_standing : u_stale_colour;
  float halo = clamp(1.0 - max(0.0, d - max(1.0, v_radius * 0.22)), 0.0, 1.0);
  float inside = clamp(0.5 - d, 0.0, 1.0);
  if (v_kind > 1.5) inside *= clamp(0.5 + d + max(1.5, v_radius * 0.45), 0.0, 1.0);
  vec4 drawn = vec4(mix(u_halo, fill, inside), 1.0) * max(halo, inside);
  if (u_selected > 0.5) {
    float ring = abs(length(p) - v_radius * 2.35) - max(1.0, v_radius * 0.14);
    drawn = mix(drawn, vec4(fill, 1.0), clamp(0.5 - ring, 0.0, 1.0));
  }
  colour = drawn * v_opacity;
}
`;
