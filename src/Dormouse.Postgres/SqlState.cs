namespace Dormouse.Postgres;

/// <summary>The SQLSTATE values that the platform acts upon (PostgreSQL appendix A).</summary>
public static class SqlState
{
    public const string ProtocolViolation = "08P01";
    public const string FeatureNotSupported = "0A000";
    public const string StringTooLong = "22001";
    public const string NumericOutOfRange = "22003";
    public const string InvalidTextRepresentation = "22P02";
    public const string CharacterNotInRepertoire = "22021";
    public const string NotNullViolation = "23502";
    public const string ForeignKeyViolation = "23503";
    public const string UniqueViolation = "23505";
    public const string CheckViolation = "23514";
    public const string ExclusionViolation = "23P01";
    public const string ActiveSqlTransaction = "25001";
    public const string ReadOnlyTransaction = "25006";
    public const string InFailedTransaction = "25P02";
    public const string IdleInTransactionTimeout = "25P03";
    public const string InvalidStatementName = "26000";
    public const string InvalidAuthorization = "28000";
    public const string InvalidPassword = "28P01";
    public const string InvalidDatabase = "3D000";
    public const string InvalidSchema = "3F000";
    public const string SerializationFailure = "40001";
    public const string DeadlockDetected = "40P01";
    public const string SyntaxError = "42601";
    public const string InsufficientPrivilege = "42501";
    public const string UndefinedColumn = "42703";
    public const string UndefinedTable = "42P01";
    public const string DuplicateDatabase = "42P04";
    public const string DuplicateStatement = "42P05";
    public const string DuplicateTable = "42P07";
    public const string DuplicateObject = "42710";
    public const string DiskFull = "53100";
    public const string OutOfMemory = "53200";
    public const string TooManyConnections = "53300";
    public const string LockNotAvailable = "55P03";
    public const string QueryCancelled = "57014";
    public const string AdminShutdown = "57P01";
    public const string CrashShutdown = "57P02";
    public const string CannotConnectNow = "57P03";
    public const string IdleSessionTimeout = "57P05";
}
