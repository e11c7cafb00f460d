using Dormouse.Schema.Binding;
using Dormouse.Schema.Models;

namespace Dormouse.Schema.Validation;

/// <summary>The rules for access methods other than B-tree and hash: which types they index, with which operator classes.</summary>
internal static class OperatorClassRules
{
    /// <summary>The classes of BRIN, by the beginning of their names: the native types they index, and the scalar type that needs none.</summary>
    private static readonly (string Prefix, string[] NativeTypes, ScalarType? Scalar)[] BrinClasses =
    [
        ("BitMinMaxOps", ["Bit"], null),
        ("VarBit", ["VarBit"], null),
        ("Bpchar", ["Char"], null),
        ("Date", ["Date"], null),
        ("Float4", ["Real"], null),
        ("Float8", ["DoublePrecision"], ScalarType.Float),
        ("Inet", ["Inet"], null),
        ("Int2", ["SmallInt"], null),
        ("Int4", ["Integer"], ScalarType.Int),
        ("Int8", ["BigInt"], ScalarType.BigInt),
        ("Numeric", ["Decimal"], ScalarType.Decimal),
        ("Oid", ["Oid"], null),
        ("Bytea", ["ByteA"], ScalarType.Bytes),
        ("Text", ["Text", "VarChar"], ScalarType.String),
        ("TimestampTz", ["Timestamptz"], null),
        ("Timestamp", ["Timestamp"], ScalarType.DateTime),
        ("TimeTz", ["Timetz"], null),
        ("Time", ["Time"], null),
        ("Uuid", ["Uuid"], null),
    ];

    public static void Check(BindingContext context, IndexEntry index)
    {
        IndexAlgorithm algorithm = index.Index.Algorithm ?? IndexAlgorithm.BTree;
        foreach (IndexFieldEntry item in index.Fields)
        {
            if (item.OperatorClass is { IsRaw: true })
            {
                continue;
            }
            string? operatorClass = item.OperatorClass?.Name;
            if (operatorClass is not null && !OperatorClasses.Supports(operatorClass, algorithm))
            {
                context.Report(IndexMessages.ClassOfOtherMethod(index, operatorClass, algorithm));
                continue;
            }
            ScalarField field = item.Field.Scalar!;
            switch (algorithm)
            {
                case IndexAlgorithm.Gist:
                    Gist(context, index, field, operatorClass);
                    break;
                case IndexAlgorithm.Gin:
                    Gin(context, index, field, operatorClass);
                    break;
                case IndexAlgorithm.SpGist:
                    SpGist(context, index, field, operatorClass);
                    break;
                case IndexAlgorithm.Brin:
                    Brin(context, index, field, operatorClass);
                    break;
            }
        }
    }

    private static void Gist(BindingContext context, IndexEntry index, ScalarField field, string? operatorClass)
    {
        if (field.NativeType?.Name != "Inet" || operatorClass != "InetOps")
        {
            Refuse(context, index, field, operatorClass);
        }
    }

    private static void Gin(BindingContext context, IndexEntry index, ScalarField field, string? operatorClass)
    {
        bool isJson = field.Type == ScalarType.Json;
        switch (field.NativeType?.Name, operatorClass)
        {
            case (null, null) when isJson:
            case (_, null) when field.IsList:
            case ("JsonB", null or "JsonbOps" or "JsonbPathOps"):
            case (null, "JsonbOps" or "JsonbPathOps") when isJson:
            case (_, "ArrayOps") when field.IsList:
                return;
            case (null, "JsonbOps" or "JsonbPathOps"):
                context.Report(IndexMessages.ClassOfOtherType(index, operatorClass, field.Name, ScalarType.Json));
                return;
            case (_, "ArrayOps"):
                context.Report(IndexMessages.ClassNeedsList(index, field.Name));
                return;
            default:
                Refuse(context, index, field, operatorClass);
                return;
        }
    }

    private static void SpGist(BindingContext context, IndexEntry index, ScalarField field, string? operatorClass)
    {
        bool isString = field.Type == ScalarType.String;
        switch (field.NativeType?.Name, operatorClass)
        {
            case ("Inet", null or "InetOps"):
            case (null, null) when isString:
            case (null, "TextOps") when isString:
            case ("Text" or "VarChar" or "Char", null or "TextOps"):
                return;
            case (null, "TextOps"):
                context.Report(IndexMessages.ClassOfOtherType(index, operatorClass, field.Name, ScalarType.String));
                return;
            default:
                Refuse(context, index, field, operatorClass);
                return;
        }
    }

    private static void Brin(BindingContext context, IndexEntry index, ScalarField field, string? operatorClass)
    {
        string? native = field.NativeType?.Name;
        if (operatorClass is null)
        {
            bool isKnown = native is null
                ? field.Type is { } type && BrinClasses.Any(entry => entry.Scalar == type)
                : BrinClasses.Any(entry => entry.NativeTypes.Contains(native));
            if (!isKnown)
            {
                Refuse(context, index, field, null);
            }
            return;
        }
        (_, string[] nativeTypes, ScalarType? scalar) = BrinClasses.First(entry =>
            operatorClass.StartsWith(entry.Prefix, StringComparison.Ordinal)
        );
        if (native is null && scalar is { } expected)
        {
            if (field.Type != expected)
            {
                context.Report(IndexMessages.ClassOfOtherType(index, operatorClass, field.Name, expected));
            }
        }
        else if (native is null || !nativeTypes.Contains(native))
        {
            Refuse(context, index, field, operatorClass);
        }
    }

    private static void Refuse(BindingContext context, IndexEntry index, ScalarField field, string? operatorClass)
    {
        IndexAlgorithm algorithm = index.Index.Algorithm ?? IndexAlgorithm.BTree;
        string? native = field.NativeType?.Name;
        if (native is not null)
        {
            context.Report(
                operatorClass is null
                    ? IndexMessages.NoDefaultClass(index, algorithm, native)
                    : IndexMessages.ClassOfOtherNativeType(index, operatorClass, native, field.Name)
            );
        }
        else if (operatorClass is not null)
        {
            context.Report(IndexMessages.ClassNeedsNativeType(index, operatorClass, field.Name));
        }
        else if (!SupportsType(algorithm, field))
        {
            context.Report(IndexMessages.MethodOfOtherType(index, algorithm, field.Name));
        }
    }

    private static bool SupportsType(IndexAlgorithm algorithm, ScalarField field) =>
        field.IsUnsupported
        || algorithm switch
        {
            IndexAlgorithm.Gist or IndexAlgorithm.SpGist => field.Type == ScalarType.String,
            IndexAlgorithm.Gin => field.Type == ScalarType.Json || field.IsList,
            IndexAlgorithm.Brin => field.Type is not (null or ScalarType.Boolean or ScalarType.Json),
            _ => true,
        };
}
