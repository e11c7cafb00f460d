-- CreateSchema


-- CreateEnum
CREATE TYPE "mood" AS ENUM ('HAPPY', 'sad');

-- CreateTable
CREATE TABLE "Plain" (
    "id" SERIAL NOT NULL,
    "i" INTEGER NOT NULL DEFAULT 7,
    "i_opt" INTEGER,
    "iList" INTEGER[],
    "b" BIGINT NOT NULL DEFAULT 9007199254740993,
    "bOpt" BIGINT,
    "bList" BIGINT[],
    "f" DOUBLE PRECISION NOT NULL DEFAULT 1.5,
    "fOpt" DOUBLE PRECISION,
    "fList" DOUBLE PRECISION[],
    "d" DECIMAL(65,30) NOT NULL DEFAULT 1.10,
    "dOpt" DECIMAL(65,30),
    "dList" DECIMAL(65,30)[],
    "bool" BOOLEAN NOT NULL DEFAULT true,
    "boolOpt" BOOLEAN,
    "boolList" BOOLEAN[],
    "s" TEXT NOT NULL DEFAULT 'it''s "s" \ {x}',
    "sOpt" TEXT,
    "sList" TEXT[] DEFAULT ARRAY['a', 'b,c', '"q"']::TEXT[],
    "t" TIMESTAMP(3) NOT NULL DEFAULT '2020-01-02 03:04:05.678 +00:00',
    "tOpt" TIMESTAMP(3),
    "tList" TIMESTAMP(3)[],
    "y" BYTEA NOT NULL DEFAULT '\x010203',
    "yOpt" BYTEA,
    "yList" BYTEA[],
    "j" JSONB NOT NULL DEFAULT '{"a": [1, null]}',
    "jOpt" JSONB,
    "jList" JSONB[],
    "e" "mood" NOT NULL DEFAULT 'sad',
    "eOpt" "mood",
    "eList" "mood"[] DEFAULT ARRAY['HAPPY', 'sad']::"mood"[],

    CONSTRAINT "Plain_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Native" (
    "id" INTEGER NOT NULL,
    "small" SMALLINT,
    "oid" OID,
    "real" REAL,
    "dec" DECIMAL(10,2),
    "money" MONEY,
    "vc" VARCHAR(5),
    "ch" CHAR(4),
    "uuid" UUID,
    "inet" INET,
    "bit" BIT(3),
    "vbit" VARBIT(5),
    "xml" XML,
    "ts" TIMESTAMP(6),
    "tz" TIMESTAMPTZ(6),
    "ts0" TIMESTAMP(0),
    "date" DATE,
    "time" TIME(3),
    "timetz" TIMETZ(3),
    "json" JSON,
    "uuids" UUID[],
    "dates" DATE[],
    "tzs" TIMESTAMPTZ(3)[],
    "smalls" SMALLINT[],

    CONSTRAINT "Native_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Made" (
    "id" SERIAL NOT NULL,
    "cuid" TEXT NOT NULL,
    "cuid1" TEXT NOT NULL,
    "cuid2" TEXT NOT NULL,
    "uuid" TEXT NOT NULL,
    "uuid4" UUID NOT NULL,
    "uuid7" TEXT NOT NULL,
    "ulid" TEXT NOT NULL,
    "nano" TEXT NOT NULL,
    "nano5" TEXT NOT NULL,
    "now" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "nowTz" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "nowDate" DATE NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "touched" TIMESTAMP(3) NOT NULL,
    "touchOpt" TIMESTAMP(3),
    "byDb" TEXT NOT NULL DEFAULT 'from ' || 'db',
    "serial" SERIAL NOT NULL,
    "note" TEXT,
    "secret" TEXT,
    "point" point,

    CONSTRAINT "Made_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Empty" (
    "id" SERIAL NOT NULL,

    CONSTRAINT "Empty_pkey" PRIMARY KEY ("id")
);

