using System.Text.Json.Serialization.Metadata;

namespace Dormouse.Control.Management;

/// <summary>What a management request comes to: a status and, mostly, a JSON document.</summary>
internal readonly record struct Answer(int Status, object? Body, JsonTypeInfo? Type)
{
    public static Answer Ok<T>(T body, JsonTypeInfo<T> type) => new(200, body, type);

    public static Answer Created<T>(T body, JsonTypeInfo<T> type) => new(201, body, type);

    /// <summary>Begun, and not over yet.</summary>
    public static Answer Accepted => new(202, null, null);

    public static Answer NoContent => new(204, null, null);
}
