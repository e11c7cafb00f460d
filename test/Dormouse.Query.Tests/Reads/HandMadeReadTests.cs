using System.Buffers;
using System.Text;
using Dormouse.Query.Documents;
using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;
using Dormouse.Query.Tests.Sessions;
using Dormouse.Query.Values;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Tests.Reads;

/// <summary>Operations put together by hand, without a document.</summary>
public sealed class HandMadeReadTests(CapturedDatabase database) : IClassFixture<CapturedDatabase>
{
    [Fact]
    public async Task Records_come_with_their_relations()
    {
        var posts = Relation("User", "posts");
        var categories = Relation("Post", "categories");
        var selection = new Selection([
            Scalar("User", "id"),
            new SelectedRelation(
                posts,
                new InputObject("", []),
                new Selection([
                    Scalar("Post", "title"),
                    new SelectedRelation(categories, new InputObject("", []), new Selection([Scalar("Category", "name")])),
                ])
            ),
            new SelectedRelation(Relation("User", "manager"), new InputObject("", []), new Selection([Scalar("User", "email")])),
        ]);
        var published = new InputObject("PostWhereInput", [new("published", Constant(ScalarType.Boolean, BooleanValue.True))]);
        var some = new InputObject("PostListRelationFilter", [new("some", published)]);
        var manager = new InputObject("UserWhereInput", [new("email", Constant(ScalarType.String, TextValue.Of("ann@example.com")))]);
        var where = new InputObject(
            "UserWhereInput",
            [
                new(
                    "OR",
                    new InputList([
                        new InputObject("UserWhereInput", [new("posts", some)]),
                        new InputObject("UserWhereInput", [new("manager", manager)]),
                    ])
                ),
            ]
        );

        var (answer, statements) = await RunAsync("User", new InputObject("", [new("where", where)]), selection);

        Assert.Equal(
            """{"findManyUser":[{"id":1,"posts":[{"title":"hello world","categories":[{"name":"root"},{"name":"child"}]},{"title":"second","categories":[]}],"manager":null},{"id":2,"posts":[{"title":"third","categories":[]}],"manager":null},{"id":3,"posts":[],"manager":{"email":"ann@example.com"}}]}""",
            answer
        );
        Assert.Equal(4, statements);
    }

    private async Task<(string Answer, int Statements)> RunAsync(string model, InputObject arguments, Selection selection)
    {
        var operation = new Operation(OperationAction.FindMany, Model(model), "findMany" + model, arguments, selection);
        var parameters = new ParameterList();
        var literals = new LiteralTable(ReadOnlyMemory<byte>.Empty);
        var context = new CompileContext(database.Schema, new LiteralFacts(literals), parameters, Run.Limits);
        var root = OperationCompiler.Compile(operation, context);
        var plan = new OperationPlan(operation, root, context.SlotCount, parameters.Bindings);
        await using var session = await database.OpenAsync();
        var output = new ArrayBufferWriter<byte>();
        await new PlanInterpreter(Run.Limits, TimeProvider.System).RunAsync(
            new PreparedOperation(plan, literals, []),
            session,
            output,
            TestContext.Current.CancellationToken
        );
        return (Encoding.UTF8.GetString(output.WrittenSpan), session.Statements.Count);
    }

    private Model Model(string name) => database.Schema.TryGetModel(name, out var model) ? model : throw new ArgumentException(name);

    private SelectedScalar Scalar(string model, string field) =>
        new((ScalarField)(Model(model).TryGetField(field, out var found) ? found : throw new ArgumentException(field)));

    private RelationField Relation(string model, string field) =>
        (RelationField)(Model(model).TryGetField(field, out var found) ? found : throw new ArgumentException(field));

    private static InputScalar Constant(ScalarType type, PlanValue value) =>
        new(new ScalarKind(type, null), isList: false, new LiteralExpression(value), literal: -1);
}
