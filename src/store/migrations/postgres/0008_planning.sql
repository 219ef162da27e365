-- An expert's order for a dossier. `because`: why this one, and why not the others.
CREATE TABLE mission (
  id TEXT NOT NULL PRIMARY KEY,
  dossier TEXT NOT NULL,
  conversation TEXT NOT NULL,
  insurer TEXT NOT NULL,
  expert TEXT NOT NULL,
  mode TEXT NOT NULL,
  state TEXT NOT NULL,
  because TEXT NOT NULL,
  ordered_by TEXT NOT NULL,
  ordered_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX mission_of ON mission (dossier);
-- What is done only grows in number; it stays out of the index of what is to do.
CREATE INDEX mission_open ON mission (expert) WHERE state IN ('ordered', 'accepted');

-- A slot that was proposed to a person, or that is or was theirs. `busy_until`: its end and the way to the next one.
CREATE TABLE appointment (
  id TEXT NOT NULL PRIMARY KEY,
  mission TEXT NOT NULL,
  dossier TEXT NOT NULL,
  expert TEXT NOT NULL,
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  busy_until BIGINT NOT NULL,
  place TEXT NOT NULL,
  state TEXT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX appointment_of ON appointment (mission);
CREATE INDEX appointment_booked ON appointment (expert, start_at) WHERE state = 'booked';

-- Each quarter of an hour of an expert that a booked appointment takes: the key lets nobody else have it.
CREATE TABLE expert_time (
  expert TEXT NOT NULL,
  at BIGINT NOT NULL,
  appointment TEXT NOT NULL,
  PRIMARY KEY (expert, at)
);
CREATE INDEX expert_time_of ON expert_time (appointment);
