using System.Text.Json;
using Dormouse.Query.Failures;

namespace Dormouse.Query.Inputs.Faults;

/// <summary>
/// Why a part of a document is not valid, in the words and with the meta object of Prisma's engine. Reading a document makes many faults
/// that nobody sees, one for each type of a union that did not match, so texts are written only for the one that is shown.
/// </summary>
internal abstract class Fault
{
    public abstract string Kind { get; }

    public virtual string Code => "P2009";

    /// <summary>
    /// The literals whose value, not their kind, is at fault. When another type of the union takes the value, the plan holds only for
    /// documents with these values.
    /// </summary>
    public virtual IEnumerable<int> Literals => [];

    public abstract void WriteMessage(System.Text.StringBuilder message);

    /// <summary>The members of the meta object behind its kind.</summary>
    public abstract void WriteMeta(Utf8JsonWriter writer);

    public override string ToString()
    {
        var message = new System.Text.StringBuilder();
        WriteMessage(message);
        return message.ToString();
    }
}

/// <summary>Where in a document: of the arguments, or of the selection. Its own object per step, so that going down costs one object.</summary>
internal sealed class DocumentPath(DocumentPath? parent, string name)
{
    public string Name { get; } = FailureText.Cut(name);

    public DocumentPath Then(string next) => new(this, next);

    public IReadOnlyList<string> Names
    {
        get
        {
            var names = new List<string>();
            for (var step = this; step is not null; step = step.Parent)
            {
                names.Add(step.Name);
            }

            names.Reverse();
            return names;
        }
    }

    private DocumentPath? Parent { get; } = parent;

    public override string ToString() => string.Join('.', Names);
}
