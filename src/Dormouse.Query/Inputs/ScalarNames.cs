using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs;

/// <summary>Arguments that name fields: <c>by</c>, <c>distinct</c>, <c>_relevance.fields</c>.</summary>
internal static class ScalarNames
{
    public static IReadOnlyList<ScalarField> FieldsOf(Model model, InputValue? names) =>
        names switch
        {
            null => [],
            InputList list => [.. list.Items.Select(i => FieldOf(model, ((InputEnum)i).Value))],
            _ => [FieldOf(model, ((InputEnum)names).Value)],
        };

    public static ScalarField FieldOf(Model model, string name) =>
        model.TryGetField(name, out var field) && field is ScalarField scalar
            ? scalar
            : throw new ArgumentException($"{model.Name} has no scalar field {name}.", nameof(name));
}
