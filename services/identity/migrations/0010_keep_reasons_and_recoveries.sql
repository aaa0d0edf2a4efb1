-- Recovery acts of staff need two of them; people can be exported and erased.
SELECT 1;
