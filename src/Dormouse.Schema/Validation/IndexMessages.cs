using Dormouse.Schema.Binding;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;

namespace Dormouse.Schema.Validation;

/// <summary>What the rules say about keys and indexes.</summary>
internal static class IndexMessages
{
    public static Diagnostic EmptyKey(KeyEntry key) =>
        Key(key, $"The list of fields in an `{key.AttributeName}()` attribute cannot be empty. Please specify at least one field.");

    public static Diagnostic KeyLength(KeyEntry key) =>
        Key(key, "The length argument is not supported in the primary key with the current connector");

    public static Diagnostic KeySort(KeyEntry key) =>
        Key(key, "The sort argument is not supported in the primary key with the current connector");

    public static Diagnostic ClusteredKey(KeyEntry key) => Key(key, "Defining clustering is not supported in the current connector.");

    public static Diagnostic Clustered(IndexEntry index) => Index(index, "Defining clustering is not supported in the current connector.");

    public static Diagnostic Empty(IndexEntry index) =>
        Index(index, "The list of fields in an index cannot be empty. Please specify at least one field.");

    public static Diagnostic Length(IndexEntry index) =>
        Index(index, "The length argument is not supported in an index definition with the current connector");

    public static Diagnostic HashSort(IndexEntry index) => Index(index, "Hash type does not support sort option.");

    public static Diagnostic Fulltext(IndexEntry index) =>
        Index(index, "Defining fulltext indexes is not supported with the current connector.");

    public static Diagnostic UniqueOperatorClass(IndexEntry index) =>
        Index(index, "Operator classes can only be defined to fields in an @@index attribute.");

    public static Diagnostic SpGistColumns(IndexEntry index) => Index(index, "SpGist does not support multi-column indices.");

    public static Diagnostic XmlUnique(SourceSpan span) => MessageForms.Error("Native type `Xml` cannot be unique in Postgres.", span);

    public static Diagnostic XmlIndex(SourceSpan span) =>
        MessageForms.Error("You cannot define an index on fields with native type `Xml` of Postgres.", span);

    public static Diagnostic ClassOfOtherMethod(IndexEntry index, string operatorClass, IndexAlgorithm algorithm) =>
        Index(index, $"The given operator class `{operatorClass}` is not supported with the `{algorithm}` index type.");

    public static Diagnostic ClassOfOtherNativeType(IndexEntry index, string operatorClass, string type, string field) =>
        Index(index, $"The given operator class `{operatorClass}` does not support native type `{type}` of field `{field}`.");

    public static Diagnostic NoDefaultClass(IndexEntry index, IndexAlgorithm algorithm, string type) =>
        Index(index, $"The {algorithm} index field type `{type}` has no default operator class.");

    public static Diagnostic ClassNeedsNativeType(IndexEntry index, string operatorClass, string field) =>
        Index(index, $"The given operator class `{operatorClass}` expects the field `{field}` to define a valid native type.");

    public static Diagnostic MethodOfOtherType(IndexEntry index, IndexAlgorithm algorithm, string field) =>
        Index(index, $"The {algorithm} index type does not support the type of the field `{field}`.");

    public static Diagnostic ClassOfOtherType(IndexEntry index, string operatorClass, string field, ScalarType expected) =>
        Index(
            index,
            $"The given operator class `{operatorClass}` points to the field `{field}` that is not of {ScalarTypes.Name(expected)} type."
        );

    public static Diagnostic ClassNeedsList(IndexEntry index, string field) =>
        Index(index, $"The given operator class `ArrayOps` expects the type of field `{field}` to be an array.");

    private static Diagnostic Key(KeyEntry key, string message) => MessageForms.Attribute(key.AttributeName, message, key.Attribute.Span);

    private static Diagnostic Index(IndexEntry index, string message) =>
        MessageForms.Attribute(index.AttributeName, message, index.Attribute.Span);
}
