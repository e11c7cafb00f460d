namespace Dormouse.Query.Rows;

/// <summary>How the text of a type's values is to be read.</summary>
internal enum CellForm : byte
{
    Unsupported,
    Text,
    Integer,
    BigInteger,
    Float,
    Numeric,
    Money,
    Boolean,
    Bytes,
    Json,
    Timestamp,
    TimestampTz,
    Date,
    Time,
    TimeTz,
}

/// <summary>A PostgreSQL type as protocol B sees it: the form of a value (of an element, for arrays) and the type's name in raw results.</summary>
internal readonly record struct PgType(CellForm Form, bool IsArray, string RawName)
{
    /// <summary>Oids from here on belong to types that users made (enums, domains, extensions).</summary>
    private const uint FirstNormalObjectId = 16384;

    public static PgType Of(uint oid) =>
        oid switch
        {
            21 or 23 => Scalar(CellForm.Integer, "int"),
            20 or 26 => Scalar(CellForm.BigInteger, "bigint"),
            700 => Scalar(CellForm.Float, "float"),
            701 => Scalar(CellForm.Float, "double"),
            16 => Scalar(CellForm.Boolean, "bool"),
            1082 => Scalar(CellForm.Date, "date"),
            1083 => Scalar(CellForm.Time, "time"),
            1266 => Scalar(CellForm.TimeTz, "time"),
            1114 => Scalar(CellForm.Timestamp, "datetime"),
            1184 => Scalar(CellForm.TimestampTz, "datetime"),
            1700 => Scalar(CellForm.Numeric, "decimal"),
            790 => Scalar(CellForm.Money, "decimal"),
            114 or 3802 => Scalar(CellForm.Json, "json"),
            2950 => Scalar(CellForm.Text, "uuid"),
            19 or 25 or 142 or 650 or 869 or 1042 or 1043 or 1560 or 1562 => Scalar(CellForm.Text, "string"),
            17 => Scalar(CellForm.Bytes, "bytes"),
            >= FirstNormalObjectId => Scalar(CellForm.Text, "string"),
            _ => OfArray(oid),
        };

    private static PgType OfArray(uint oid) =>
        oid switch
        {
            1005 or 1007 => Array(CellForm.Integer, "int-array"),
            1016 or 1028 => Array(CellForm.BigInteger, "bigint-array"),
            1021 => Array(CellForm.Float, "float-array"),
            1022 => Array(CellForm.Float, "double-array"),
            1231 => Array(CellForm.Numeric, "decimal-array"),
            791 => Array(CellForm.Money, "decimal-array"),
            1000 => Array(CellForm.Boolean, "bool-array"),
            1001 => Array(CellForm.Bytes, "bytes-array"),
            1002 => Array(CellForm.Text, "char-array"),
            1009 or 1014 or 1015 or 1041 or 651 or 143 or 1561 or 1563 => Array(CellForm.Text, "string-array"),
            1182 => Array(CellForm.Date, "date-array"),
            1183 => Array(CellForm.Time, "time-array"),
            1115 => Array(CellForm.Timestamp, "datetime-array"),
            1185 => Array(CellForm.TimestampTz, "datetime-array"),
            199 or 3807 => Array(CellForm.Json, "json-array"),
            2951 => Array(CellForm.Text, "uuid-array"),
            _ => default,
        };

    private static PgType Scalar(CellForm form, string rawName) => new(form, false, rawName);

    private static PgType Array(CellForm form, string rawName) => new(form, true, rawName);
}
