"""Words that say who somebody is (frequent names, gendered words), and everyday words that do not.

Folded spelling (ae, oe, aa). Names beyond these are recognised by their capital letter.
"""


def _each(text: str) -> frozenset[str]:
    return frozenset(text.split())


NAMES = _each(
    """
    aage abdi abdul ahmad ahmed aisha alberte aleksander alexander ali alma amalie amanda amina amir anders
    andersen andreas andrzej ane anita ann anna anne annemarie annette anni anton arne asger asta astrid august
    aya barbara benjamin bent bente bilal birgit birgitte birte birthe bjarne bo bodil brian britta camilla carl
    caroline carsten casper cecilie charlotte christensen christian christiansen christina christine christoffer
    clara claus connie daniel david dennis dorte dorthe ebbe elif elin ella ellen else emil emilie emily emma
    erik ernst esben eva fadi farah fatima fatma finn flemming frank frederik freja frida frode gitte grethe
    gudrun gunnar hanna hanne hans hansen hasan hassan heidi helen helena helene helle henning henriette henrik
    henry hussein ibrahim ida inge ingeborg inger ingrid irene isabella ismail ivan jack jacob jacobsen jakob
    jakobsen jakub james jan jane janne jens jensen jeppe jeppesen jepsen jesper jespersen jette jim joan
    joergen joergensen johan johanna johanne johannes johansen john johnny johnson jonas jorgen josefine julia
    julie jytte kaj karen karin karina karl karla kasper katarzyna katrine kenneth kent khaled kim kirsten
    kirstine kjeld klaus knud knudsen kowalski kristensen kristian kristiansen kristina kristine kurt lars
    larsen lasse laura lauridsen laurits laursen layla lea leif leila lena lene lilly linda line lis lisa
    lisbeth liselotte lone lotte louise lucas lucia ludvig luna lund mads madsen magnus mahmoud mai maja malene
    malou malthe marcus maria mariam mariann marianne marie mark markus martin mary mathias mathilde mehmet
    merete mette mia michael michelle mikael mikkel mikkelsen moeller mogensen mohamad mohamed mohammad mohammed
    mona monika morten mortensen mustafa naja nanna natasha nguyen nicklas nicolai nicole niels nielsen nikolaj
    nina nissen noah noergaard noor nour nowak oestergaard ole olesen olga oliver olivia olsen omar oscar oskar
    osman otto pawel peder pedersen pelle per pernille petersen pia piotr poul poulsen preben rasmus rasmussen
    rene richard rikke robert rosa ruth said samira sanne sara sarah schmidt sebastian selma signe simon
    simonsen smith soeren soerensen sofia sofie soren steen stefan stig stine susan susanne sven svend svendsen
    tanja thea thomas thomsen thygesen tim tina tobias tom tommy torben tove trine troels ulla ulrik valdemar
    vera vibeke victor victoria viggo viktor villads vivian werner william winther yasmin yilmaz youssef yusuf
    zahra zainab
    """
)
GENDERED = _each(
    """
    aegtemand barsel barselsorlov bedstefar bedstemor boy boys bror brother dame damen datter datteren daughter
    daughters dreng drenge drengen enke enkemand faderen far father female females femi frk froeken fru
    gentleman gentlemen girl girls gravid ham han hans he hende hendes her herr herre herren hers herself him
    himself his hr hun husband husfar husmor hustru hustruen kone konen kvinde kvindelig kvindelige kvindeligt
    kvinden kvinder kvinderne kvindes ladies lady madam maend maendene male males man mand manden mandens
    mandlig mandlige mandligt mands maternity men miss moderen mor mother mr mrs ms paternity pige pigen piger
    pregnant she sir sister soen soennen soester son sons widow widower wife woman women
    """
)
EVERYDAY = _each(
    """
    a aar af aften agile all alle also an and ansat ansvar ansvarlig any arabic arabisk arbejde arbejdede
    arbejder arbejdet are as at autocad aws azure b be been being bi blev bliver boer but by c can ce
    certificate certifikat cnc company could course courses crm css current currently customer customers cv da
    dag dage daglig daily danish dansk day de deltid den der deres derudover desuden det dette development did
    din dine disse dit do docker does driving du dynamics educated education efter eller employed en engelsk
    english er erfaren erfaring erp et evening excel experience experienced faglig fagligt fluent flydende foer
    for fra fransk french from fuldtid full german git god gode godt good haccp had har has havde have having
    hours hr html hvad hvis hvor i ict ikke in indesign is iso it its java javascript jeg jeres job kan kendskab
    knowledge koerekort kompetencer kubernetes kunde kunder kurser kursus language languages leader ledelse
    leder licence license ligeledes linux looking maa mag management manager mange many may med meget men mens
    mere mest mig might min mine mit modersmaal more most must my naar nat native navision night norsk norwegian
    not nuvaerende oensker of offer office og ogsaa om on opgaver or our outlook over paa part personal
    personligt photoshop plc polish polsk position power powerpoint previous previously professional profil
    profile python react responsibilities responsible resume samt sap scrum seeking shall should siden sin sine
    sit skal skills soeger soeges soegte som some sosu spanish spansk sprog sql stilling stillingen summary
    svensk swedish tasks temporary that the their these they this those tidligere tig til tilbyder time timer to
    typescript tysk uddannelse uddannet uden udvikling uge ugen under vaere var ved very vi vikar vil virksomhed
    vores wanted was we week weekend well were will windows with without word work worked working would year
    years you your
    """
)
