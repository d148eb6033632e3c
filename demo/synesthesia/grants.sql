-- What the two outside roles may do with the story packs, given by their owner.
GRANT SELECT ON story_packs TO muster_diagnostic, muster_remediation;
GRANT UPDATE (status) ON story_packs TO muster_remediation;
