using Dormouse.Query.Operations;

namespace Dormouse.Query.Inputs.Reading;

/// <summary>The last step of reading: what is part of the operation gets its parameters, and references to fields are checked.</summary>
internal static class Acceptance
{
    public static void Settle(InputObject arguments, Selection selection, ParameterList parameters)
    {
        Settle(arguments, parameters);
        foreach (var field in selection.Fields)
        {
            switch (field)
            {
                case SelectedRelation relation:
                    Settle(relation.Arguments, relation.Selection, parameters);
                    break;
                case SelectedCounts counts:
                    foreach (var count in counts.Relations)
                    {
                        Settle(count.Where, parameters);
                    }

                    break;
            }
        }
    }

    private static void Settle(InputValue? value, ParameterList parameters)
    {
        if (value?.Problem is { } problem)
        {
            throw problem;
        }

        switch (value)
        {
            case InputScalar scalar:
                scalar.Settle(parameters);
                break;
            case InputList list:
                foreach (var item in list.Items)
                {
                    Settle(item, parameters);
                }

                break;
            case InputObject item:
                foreach (var (_, field) in item.Fields)
                {
                    Settle(field, parameters);
                }

                break;
        }
    }
}
