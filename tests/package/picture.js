// What the pages of these tests capture, a file beside their script: upright stripes of 40 px on a canvas, blue and red by
// turns, and a spot that moves, so that frames come.
export const WIDTH = 320;
export const HEIGHT = 240;

export function paintPicture() {
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  const pen = canvas.getContext('2d');
  let tick = 0;
  const paint = () => {
    for (let x = 0; x < WIDTH; x += 40) {
      pen.fillStyle = (x / 40) % 2 ? 'rgb(200, 40, 40)' : 'rgb(40, 40, 200)';
      pen.fillRect(x, 0, 40, HEIGHT);
    }
    pen.fillStyle = 'white';
    pen.fillRect(tick++ % WIDTH, 0, 4, 4);
  };
  paint();
  const timer = setInterval(paint, 33);
  const stream = canvas.captureStream(30);
  return { pixels: () => pen.getImageData(0, 0, WIDTH, HEIGHT), stream, stop: () => clearInterval(timer) };
}
