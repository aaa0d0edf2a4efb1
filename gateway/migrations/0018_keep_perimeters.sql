-- Which of his contracts a person works on in the portal: kept with his session, one or all (NULL).
ALTER TABLE portal_sessions ADD COLUMN perimeter text;
