CREATE TABLE "live"."cast_vote" (
	"session_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"probability_up" double precision NOT NULL,
	"cast_at" timestamp (3) with time zone NOT NULL,
	"seq" integer NOT NULL,
	CONSTRAINT "cast_vote_session_id_user_id_revision_pk" PRIMARY KEY("session_id","user_id","revision")
);
