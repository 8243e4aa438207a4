"""Names of landmarks and of other places in the body. Data alone."""

from __future__ import annotations

FAMILIES: dict[str, str] = {
    "skull": """
        skull; cranium; cranial vault; calvarium; calvaria; vault; skull vault; vault skull; centre skull;
        center skull; centre cranial vault; center cranial vault; skull center; skull centre; skull bone; middle
        skull; skull cap; cranial bone; scull; cranial cavity; crania; skulls""",
    "humeral_head": """
        humeral head; proximal humerus; head humerus; glenohumeral head; shoulder; shoulder joint;
        humerus head; shoulder head; glenohumeral joint; proximal humeral head; proximal end humerus;
        proximal humeral; humeral head joint; upper humerus; head humeral; shoulder ball; ball shoulder;
        ball humerus; top humerus; upper end humerus; gleno humeral head; glenohumeral; gleno-humeral
        head; gh joint; humeral heads; shoulders; head shoulder; caput humeri; humerus proximal;
        shoulder humeral head; gleno-humeral joint; gleno humeral joint""",
    "scapular_inferior_angle": """
        scapular inferior angle; lower tip scapula; shoulder blade tip; shoulder blade; scapula; scapular tip;
        scapula tip; tip scapula; inferior angle scapula; scapula inferior angle; inferior angle shoulder blade;
        tip shoulder blade; lower tip shoulder blade; inferior tip scapula; scapular angle; angle scapula;
        scapular lower tip; scapula lower tip; inferior scapular angle; lower scapular angle; lower angle
        scapula; shoulderblade; shoulderblade tip; tip shoulderblade; blade tip; tip blade; bottom scapula;
        bottom tip scapula; inferior scapula; lower scapula; inferior tip shoulder blade; lower shoulder blade
        tip; lower tip shoulderblade; bottom shoulder blade; inferior angle scapular; scapulas; scapulae;
        shoulder blades; shoulder-blade; shoulder-blade tip; lower end scapula; lower end shoulder blade;
        inferior scapular tip; lower scapular tip; scapula angle; scapula inferior; scapular inferior tip; lower
        shoulder blade; inferior pole scapula; shoulder blade lower tip; angulus inferior; angulus inferior
        scapulae; end shoulder blade; point shoulder blade; inferior angle; lower tip scapular; tip scapular;
        scapulae tip; tip scapulae; bottom tip shoulder blade; lowest point scapula; lowest tip scapula; lower
        corner scapula; tip shoulder-blade; scapular; scapular inferior; scapula lower angle; scapular lower
        angle""",
    "elbow": """
        elbow; olecranon; cubital joint; elbow joint; elbows; cubital; olecranon process; olecranon elbow; elbow
        olecranon""",
    "wrist": """
        wrist; carpus; radiocarpal joint; wrist joint; carpal bones; carpals; radiocarpal; radio carpal joint;
        radio-carpal joint; wrists; carpal joint; carpal; carpus bone; carpus joint; carpal region; radial
        carpal joint; radio carpal; rist""",
    "t1": """
        t1; first thoracic vertebra; first thoracic; first thoracic body; t1 vertebral body; upper thoracic
        vertebra; t1 vertebra; vertebra t1; t1 body; body t1; vertebral body t1; first thoracic vertebral body;
        1st thoracic vertebra; 1st thoracic; 1st thoracic vertebral body; upper thoracic vertebral body;
        thoracic vertebra t1; first dorsal vertebra; uppermost thoracic vertebra; top thoracic vertebra; highest
        thoracic vertebra; thoracic first; thoracic t1; vertebra first thoracic; first thoracic t1; first
        thoracic vertebra t1; t1 thoracic vertebra; vertebrae t1; t1 vertebrae; level t1; t1 level; first
        thoracic vertebrae; first thoracical vertebra; upper thoracic vertebrae; first vertebra thoracic;
        thoracic vertebra first; t1 spine; spine t1; t1 thoracic; thoracic spine t1;
        t1 thoracic spine; upper vertebra thoracic; first thorax
        vertebra; vertebral level t1; vertebra thoracic first; topmost thoracic vertebra; topmost thoracic; uppermost
        thoracic; highest thoracic; upmost thoracic vertebra""",
    "carina": """
        carina; tracheal bifurcation; tracheal carina; bifurcation trachea; windpipe split; split windpipe;
        where windpipe splits; where windpipe divides; where trachea splits; where trachea divides; where
        trachea bifurcates; trachea bifurcation; tracheal split; trachea split; split trachea; carina trachea;
        main carina; windpipe bifurcation; windpipe fork; bifurcation windpipe; tracheal division; carina
        tracheae; wind pipe split; fork trachea; fork windpipe; trachea carina; tracheal fork; splitting
        windpipe; splitting trachea; windpipe splits; trachea splits; where windpipe forks; where trachea forks;
        where wind pipe splits; windpipe splitting; trachea division; division trachea; windpipe division;
        division windpipe; bronchial bifurcation; bifurcation bronchi; bifurcation main bronchi; bifurcation
        tracheal; trachea fork; place where windpipe splits; point where windpipe splits; point where trachea
        divides; tracheobronchial bifurcation; bifurcatio tracheae; split in windpipe; split in trachea; fork in
        windpipe; fork in trachea; windpipe splits in two; carinal bifurcation; carinal; bifurcation carina; carina
        bifurcation""",
    "hemidiaphragm": """
        hemidiaphragm; diaphragmatic dome; diaphragmatic crus; diaphragm; dome; dome diaphragm; diaphragm dome;
        hemi diaphragm; hemi-diaphragm; crus; crus diaphragm; diaphragmatic; dome hemidiaphragm; diaphragm crus;
        diaphragmatic domes; domes; top diaphragm; hemidiaphragms; diaphragms; hemidiaphragm dome; dome hemi
        diaphragm; diaphragma; diaphragma dome; dome diaphragma; dome diaphragmatic; cupola; diaphragm cupola;
        cupola diaphragm; half diaphragm; hemidiaphragmatic dome; highest point dome; highest point diaphragm; high
        point diaphragm;
        highest point diaphragmatic dome; diaphragmatic cupola; phrenic dome; top
        hemidiaphragm; top hemi diaphragm; top diaphragmatic dome; top dome; apex diaphragm; apex hemidiaphragm; apex
        dome; highest point hemidiaphragm; highest point hemi diaphragm; summit diaphragm; summit dome""",
    "t12": """
        t12; twelfth thoracic vertebra; twelfth thoracic; twelfth thoracic body; t12 vertebral body; lower
        thoracic vertebra; t12 vertebra; vertebra t12; t12 body; body t12; vertebral body t12; twelfth
        thoracic vertebral body; 12th thoracic vertebra; 12th thoracic; 12th thoracic vertebral body; lower
        thoracic vertebral body; thoracic vertebra t12; last thoracic vertebra; last thoracic; twelfth dorsal
        vertebra; lowest thoracic vertebra; lowermost thoracic vertebra; bottom thoracic vertebra;
        twelfth vertebra; 12th vertebra; thoracic t12; thoracic twelfth; twelfth thoracic
        t12; twelfth thoracic vertebra t12; t12 thoracic vertebra; vertebrae t12; t12 vertebrae; level t12;
        t12 level; twelfth thoracic vertebrae; lower thoracic vertebrae; thoracic
        vertebra twelfth; t12 spine; spine t12; t12 thoracic; thoracic spine t12; t12 thoracic spine; lower
        vertebra thoracic; vertebral level t12; twelfth thorax vertebra;
        twelve thoracic vertebra; twelve thoracic; 12 thoracic vertebra; bottommost thoracic vertebra;
        lowermost thoracic; lowest thoracic; final thoracic vertebra""",
}
"""The landmarks without their side -> the names people use; the published ones are added from `sim.landmarks`."""

ELSEWHERE = """
    arm; femur; femoral neck; femoral head; hip; pelvis; knee; ankle; heart; aorta; aortic bifurcation; aortic
    arch; aortic knob; rib; ribs; clavicle; collarbone; collar bone; sternum; breastbone; breast bone;
    manubrium; lung; lungs; lung apex; liver; liver dome; spine; neck; chest; thorax; hand; hands; finger;
    thumb; forearm; humerus; humeral shaft; humerus shaft; shaft humerus; distal humerus; humeral; ulna; radius;
    distal radius; coccyx; sacrum; iliac crest; iliac; ilium; ischium; pubis; symphysis; acromion; glenoid;
    coracoid; jaw; mandible; maxilla; teeth; tooth; nose; eye; eyes; orbit bone; sinus; sinuses; stomach;
    bladder; kidney; kidneys; spleen; leg; thigh; tibia; fibula; patella; brain; forehead; face; ear; ears;
    chin; mouth; abdomen; belly; navel; umbilicus; groin; arms; upper arm; lower arm; carotid; carotid
    bifurcation; bifurcation; trachea; windpipe; bronchus; main bronchus; bronchi; esophagus; oesophagus;
    vertebra; vertebrae; vertebral body; thoracic vertebra; lumbar; lumbar spine; lumbar vertebra; cervical;
    cervical spine; cervical vertebra; thoracic spine; atlas; axis vertebra; dens; odontoid; skull base; base
    skull; occiput; mastoid; zygoma; hip joint; sacroiliac joint; si joint; acetabulum; trochanter; greater
    trochanter; lesser trochanter; femoral shaft; femoral; metacarpal; metacarpals; phalanx; scaphoid; lunate;
    capitulum; epicondyle; trochlea; shin; calf; heel; calcaneus; talus; buttock; breast; nipple; mediastinum;
    hilum; ventricle; atrium; pulmonary artery; vena cava; axilla; armpit; shoulder girdle; ac joint;
    acromioclavicular joint; sternoclavicular joint; xiphoid; costophrenic angle; gallbladder; pancreas; colon;
    bowel; rectum; prostate; uterus; pacemaker; catheter; guidewire; guide wire; screw; implant; nail; plate;
    stent; wire; needle; fracture; tumour; tumor; lesion; nodule; mass; thoracic; torso; waist; wing; tongue;
    throat; larynx; pharynx; thyroid; muscle; carpal tunnel; scaphoid bone; hip bone; thigh bone; feet bones;
    big toe; index finger; cardiac; cardiac silhouette; apex; upper lung; spinous process; pedicle; transverse
    process; disc; disk; spinal canal; spinal; sacral; vertebral; joint; hamate; triquetrum; tailbone; temple;
    coronoid; radial head; lateral epicondyle; medial epicondyle; bicep; biceps; triceps; deltoid; olecranon
    fossa; fossa; scapular spine; spine scapula; scapular notch; body scapula; coracoid process; superior angle;
    superior angle scapula; scapular superior angle; upper angle scapula; renal artery; renal arteries; renals;
    femoral artery;
    femoral arteries; iliac artery; iliac arteries; iliacs; common iliac; external iliac; internal iliac; subclavian;
    subclavian artery; subclavian vein; axillary artery; brachial artery; radial artery; ulnar artery; popliteal;
    popliteal
    artery; celiac trunk; coeliac trunk; celiac; mesenteric artery; superior mesenteric artery; inferior mesenteric
    artery;
    coronary; coronaries; coronary artery; left main; superior vena cava; inferior vena cava; svc; ivc; sma; jugular;
    jugular
    vein; portal vein; hepatic vein; pulmonary arteries; carotids; carotid artery; vertebral artery; ascending aorta;
    descending aorta; thoracic aorta; abdominal aorta; aneurysm; aneurysm neck; graft; endograft; stent graft;
    balloon; sheath;
    electrode; coil; apices; lung apices; lung base; lung bases; bases; hila; costal margin; costal arch; first rib;
    acromions; clavicles; collarbones; sternal notch; jugular notch; suprasternal notch; radial styloid; ulnar
    styloid; styloid;
    metacarpus; hand bones; fingers; thumbs; elbows crease; cubital fossa; medial malleolus; lateral malleolus;
    malleolus;
    malleoli; metatarsal; metatarsals; tarsus; midfoot; forefoot; hindfoot; pubic symphysis; pubic bone; obturator
    foramen; hips;
    knees; ankles; shoulders girdle; facet; facets; facet joint; facet joints; pedicles; lamina; spinous processes;
    endplate;
    endplates; disc space; disk space; interspace; foramen; foramina; conus; spinal cord; cord; odontoid peg;
    lumbosacral
    junction; cervicothoracic junction; thoracolumbar junction; craniocervical junction; sella; sinuses frontal;
    frontal bone; parietal bone; temporal bone; occipital bone; mandibles; cheekbone; zygomatic arch; larynges;
    epiglottis; hyoid;
    gastric bubble; stomach bubble; duodenum; ureter; ureters; appendix; gall bladder; testicle; ovary; ovaries"""
"""Places and things that people name and that are no landmark here: asked back, never guessed."""
