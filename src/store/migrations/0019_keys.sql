-- Statements that read more than they look for, however few rows they want: the time that experts have before them stood
-- behind all that is past, a user's sessions among everybody's, and each refused proposal among all of them.

-- An expert's appointments do not overlap: by their ends they stand in the same order as by their beginnings.
CREATE INDEX appointment_busy ON appointment (expert, busy_until) WHERE state = 'booked';
CREATE INDEX session_login ON session (login);
CREATE INDEX rejected_duplicate_other ON rejected_duplicate (other);
CREATE INDEX sms_part_age ON sms_part (account, done, at);
