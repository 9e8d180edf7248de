"""The parts of a face. Each ``draw_*`` draws on a canvas; some return the coverage of what they drew, (H, W)."""

import numpy as np

from .canvas import bump, ellipse, smooth_noise

_SIDES = (-1, 1)


def draw_nose(canvas, look):
    u, v, base, wide = canvas.u, canvas.v, look.nose_length, look.nose_width
    amount = 0.13 * bump(u, v, 0, 0.18, 0.075, 0.28) + 0.10 * bump(u, v, 0, base - 0.08, 0.08, 0.07)
    for side in _SIDES:
        amount -= 0.10 * bump(u, v, side * 0.16, 0.12, 0.06, 0.22)
        amount -= 0.12 * bump(u, v, side * (wide + 0.03), base - 0.03, 0.04, 0.07)
        amount -= 0.07 * bump(u, v, side * (wide + 0.13), base + 0.12, 0.05, 0.14)
    amount -= 0.20 * bump(u, v, 0, base + 0.07, wide * 0.7, 0.035)
    canvas.shade(amount)
    for side in _SIDES:
        nostril = canvas.inside(ellipse(u, v, side * wide * 0.48, base + 0.035, wide * 0.26, 0.032), softness=2.0)
        canvas.paint(0.65 * nostril, look.skin * 0.3)


def draw_brows(canvas, look):
    drawn = np.zeros_like(canvas.u)
    for side in _SIDES:
        along = (side * canvas.u - look.eye_gap) / (look.eye_width * 1.25)
        middle = -look.brow_height - look.brow_tilt * along + 0.045 * along**2 - 0.05 * 0.5
        thick = look.brow_thick * np.clip(1.15 - 0.35 * along, 0.3, 1.4) * np.sqrt(np.clip(1 - along**4, 0, 1))
        brow = canvas.inside(np.abs(canvas.v - middle) - thick, softness=2.5, where=np.abs(along) < 1)
        drawn = np.maximum(drawn, brow)
    canvas.paint(0.85 * drawn, look.hair * min(0.8, 62 / look.hair.max()))
    return drawn


def draw_eyes(canvas, look, closed):
    drawn = np.zeros_like(canvas.u)
    u, v, wide, high = canvas.u, canvas.v, look.eye_width, look.eye_open
    for side in _SIDES:
        middle = side * look.eye_gap
        canvas.shade(-0.34 * bump(u, v, middle, -0.07, 0.24, 0.13) - 0.08 * bump(u, v, middle, 0.15, 0.2, 0.05))
        along = (u - middle) / wide
        lid = np.clip(1 - along**2, 0, None)
        upper, lower = -high * 1.05 * lid, high * 0.75 * lid
        opening = canvas.inside(np.maximum(upper - v, v - lower), where=np.abs(along) < 1)
        if closed:
            canvas.paint(opening, look.skin * 0.68)
            lashes = np.abs(v - lower * 0.8) - 0.018
        else:
            canvas.paint(opening, (190, 184, 180))
            iris = canvas.inside(ellipse(u, v, middle, -0.01, high * 0.98, high * 0.98)) * opening
            canvas.paint(iris, look.iris)
            canvas.paint(canvas.inside(ellipse(u, v, middle, -0.01, high * 0.45, high * 0.45)) * opening, (14, 12, 12))
            canvas.shade(-0.45 * opening * np.clip((v - upper) / (-0.9 * high) + 1, 0, 1))
            spark = bump(u, v, middle - 0.03, -0.04, 0.014, 0.014) * opening
            canvas.paint(0.8 * spark, (235, 235, 235))
            crease = canvas.inside(np.abs(v - upper + 0.055) - 0.008, softness=2.0, where=np.abs(along) < 1.05)
            canvas.paint(0.4 * crease, look.skin * 0.5)
            lashes = np.abs(v - upper) - 0.02
        line = canvas.inside(lashes, softness=1.5, where=np.abs(along) < 1.05)
        canvas.paint(0.85 * line, (34, 26, 24))
        drawn = np.maximum(drawn, np.maximum(opening, line))
    return drawn


def draw_mouth(canvas, look, opened):
    u, v, thick = canvas.u, canvas.v, look.lip_thick
    along = np.clip(u / look.mouth_width, -1, 1)
    arch = np.clip(1 - along**2, 0, 1)
    drop = 0.16 * opened * arch
    line = look.mouth_height - 0.02 * arch - 0.018 * along**2
    bow = thick * 0.75 * arch**0.7 * (1 - 0.25 * np.exp(-((along / 0.16) ** 2)))
    within = np.abs(u) < look.mouth_width
    top, bottom = line - bow, line + drop + thick * arch**0.8
    lips = canvas.inside(np.maximum(top - v, v - bottom), softness=2.0, where=within)
    red = look.skin * np.float32((0.80, 0.56, 0.56))
    canvas.paint(0.9 * lips, red)
    canvas.shade(lips * np.where(v < line, -0.14, 0.10 * bump(u, v, 0, look.mouth_height + thick * 0.5, 0.15, 0.03)))
    if opened:
        cavity = canvas.inside(np.maximum(line - v, v - line - drop), where=within)
        canvas.paint(cavity, (58, 22, 24))
        teeth = canvas.inside(np.maximum(line - v, v - line - 0.35 * drop), where=np.abs(along) < 0.7)
        canvas.paint(0.9 * teeth, (196, 190, 182))
    else:
        seam = canvas.inside(np.abs(v - line) - 0.014, softness=1.5, where=within)
        canvas.paint(0.8 * seam, look.skin * 0.32)
    canvas.shade(-0.14 * bump(u, v, 0, look.mouth_height + drop.max() + thick + 0.07, 0.2, 0.04))
    return lips


def draw_beard(canvas, look, head, rng):
    if look.beard == "none":
        return np.zeros_like(head)
    u, v = canvas.u, canvas.v
    lip = look.mouth_height - look.lip_thick
    cover = 0.75 * canvas.inside(ellipse(u, v, 0, lip - 0.05, look.mouth_width * 1.05, 0.075), softness=6.0)
    if look.beard == "full":
        chin = canvas.inside(0.35 + 0.30 * np.cos(np.clip(1.6 * u, -2.4, 2.4)) - v, softness=14.0)
        cover = np.maximum(cover, 0.6 * chin)
    grain = smooth_noise(u.shape, 2.0, rng)
    cover = (head * cover * np.clip(0.82 + 0.12 * grain, 0, 1)).astype(np.float32)
    canvas.paint(cover, look.hair * min(0.9, 95 / look.hair.max()))
    return cover


def draw_glasses(canvas, look):
    if look.glasses == "none":
        return np.zeros_like(canvas.u)
    u, v = canvas.u, canvas.v
    power, frame = (2.2 if look.glasses == "round" else 4.5), 0.019
    drawn = canvas.inside(np.abs(v + 0.04 - 0.4 * u**2) - frame, where=np.abs(u) < look.eye_gap - 0.26)
    for side in _SIDES:
        rim = ellipse(u, v, side * look.eye_gap, 0.02, 0.29, 0.23, power)
        distance = rim * 0.12
        drawn = np.maximum(drawn, canvas.inside(np.abs(distance) - frame))
        beside = (side * u > look.eye_gap + 0.28) & (side * u < 1.0)
        drawn = np.maximum(drawn, canvas.inside(np.abs(v + 0.05) - frame, where=beside))
    canvas.paint(0.8 * drawn, (44, 40, 42))
    return drawn
