/**
 * The photographs, and where their faces are: labelled by eye, from hairline to chin and across what is seen of the
 * face, as `[x, y, width, height]` in pixels. What a file is called here is where main.js serves it.
 */

/** @typedef {{ file: string, faces: number[][] }} Photograph */

/** @type {Photograph[]} */
export const PHOTOGRAPHS = [
  // Of @vladmandic/face-api's own package; by its README its author took them.
  {
    file: 'samples/sample1.jpg',
    faces: [
      [416, 380, 180, 220],
      [826, 430, 190, 224],
      [1480, 206, 220, 224],
    ],
  },
  // The first is a profile, a finger at its mouth; the second looks down, behind its hair.
  {
    file: 'samples/sample2.jpg',
    faces: [
      [366, 150, 180, 274],
      [914, 260, 166, 190],
      [1424, 160, 232, 216],
    ],
  },
  {
    file: 'samples/sample3.jpg',
    faces: [
      [590, 330, 200, 270],
      [1074, 210, 216, 290],
      [1524, 280, 168, 264],
    ],
  },
  {
    file: 'samples/sample4.jpg',
    faces: [
      [276, 184, 150, 246],
      [660, 60, 196, 250],
      [988, 180, 180, 240],
      [1272, 150, 156, 240],
    ],
  },
  {
    file: 'samples/sample5.jpg',
    faces: [
      [772, 120, 176, 216],
      [1106, 200, 170, 240],
      [610, 420, 160, 260],
      [384, 900, 166, 264],
      [1404, 390, 180, 286],
    ],
  },
  {
    file: 'samples/sample6.jpg',
    faces: [
      [254, 470, 220, 294],
      [670, 320, 172, 310],
      [1180, 300, 192, 280],
      [1496, 250, 220, 310],
    ],
  },
  { file: 'fixtures/astronaut.png', faces: [[178, 75, 92, 116]] },
];

/** Behind a photograph that does not fill the frame. */
export const BACKGROUND = 'fixtures/coffee.png';

/** Nobody in them: whole, or the part that is given. @type {{ file: string, part?: number[] }[]} */
export const EMPTY = [
  { file: 'fixtures/coffee.png' },
  { file: 'fixtures/rocket.jpg' },
  { file: 'samples/sample1.jpg', part: [0, 640, 1920, 640] },
  { file: 'samples/sample2.jpg', part: [0, 470, 1920, 897] },
  { file: 'samples/sample3.jpg', part: [0, 640, 1920, 710] },
  { file: 'samples/sample4.jpg', part: [0, 460, 1920, 988] },
  { file: 'samples/sample5.jpg', part: [660, 720, 1260, 678] },
  { file: 'samples/sample6.jpg', part: [0, 800, 1920, 737] },
];
